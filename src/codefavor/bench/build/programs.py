"""Programs as functions, so that the work of a program on a standard input is counted as that of a call.

The body of the program becomes the body of a function whose names are those of the module, and standard input is a text
in memory. A program that notices the difference, by reading the descriptor itself for one, prints something else.
"""

import ast
import symtable

_FUNCTION = "__program__"
_MAIN = "__main__"


def program_as_function(code: str) -> str | None:
    """Return code with a function that does what the program does; None where that is not possible.

    Imports at the top are made when the code is loaded: what modules do then is not the program's work.
    """
    try:
        tree = _Rewritten().visit(ast.parse(code))
        symbols = symtable.symtable(code, "<program>", "exec").get_symbols()
        names = sorted(symbol.get_name() for symbol in symbols if symbol.is_assigned() or symbol.is_imported())
        imports = [statement for statement in tree.body if isinstance(statement, ast.Import | ast.ImportFrom)]
        body = [statement for statement in tree.body if statement not in imports]
        shared: list[ast.stmt] = [ast.Global(names)] if names else []
        # A program may end itself anywhere.
        ended = ast.ExceptHandler(ast.Name("SystemExit", ast.Load()), None, [ast.Pass()])
        whole = ast.parse(f"def {_FUNCTION}():\n    pass")
        whole.body[0].body = [*shared, ast.Try([*body, ast.Pass()], [ended], [], [])]  # type: ignore[attr-defined]
        whole.body[:0] = imports
        source = ast.unparse(ast.fix_missing_locations(whole))
        compile(source, "<program>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return source


def call_on(stdin: str) -> str:
    """Return the source of a call of the program on a standard input."""
    data = stdin.encode("utf-8", "surrogateescape")
    return f"import io, sys\nsys.stdin = io.TextIOWrapper(io.BytesIO({data!r}), 'utf-8')\n{_FUNCTION}()"


class _Rewritten(ast.NodeTransformer):
    """A module as it may stand in a function: it is the main one, and annotations forbid no name to be global."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        is_read = node.id == "__name__" and isinstance(node.ctx, ast.Load)
        return ast.copy_location(ast.Constant(_MAIN), node) if is_read else node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name):
            return node
        statement = ast.Assign([node.target], node.value) if node.value else ast.Pass()
        return ast.copy_location(statement, node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        """Leave annotations in classes, where dataclasses read them."""
        methods = [self.visit(part) if isinstance(part, ast.FunctionDef) else part for part in node.body]
        node.body = methods
        return node
