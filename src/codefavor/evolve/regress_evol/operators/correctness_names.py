"""Operators on names: the wrong variable, a name that nothing defines, an import that is missing."""

import ast
from random import Random

from codefavor.evolve.regress_evol.imports import bound_name
from codefavor.evolve.regress_evol.operator import Change, Operator, worse
from codefavor.evolve.regress_evol.snippet import Snippet
from codefavor.pairs.criterion import Aspect


class WrongVariable(Operator):
    """Another variable of the function is read."""

    name = "wrong-variable"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code reads the wrong variable."
    visits = (ast.Name,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.Name)
        others = [name for name in snippet.variables if name != node.id]
        if not isinstance(node.ctx, ast.Load) or node.id not in snippet.variables or not others:
            return None
        return worse(node, ast.Name(rng.choice(others), ast.Load()))


class NameUndefined(Operator):
    """A name is misspelt where it is read."""

    name = "name-undefined"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code uses a name that nothing defines."
    visits = (ast.Name,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.Name)
        if not isinstance(node.ctx, ast.Load) or node.id not in snippet.variables:
            return None
        wishes = [f"{node.id}s", node.id.rstrip("s") + "_", f"new_{node.id}", f"_{node.id}", node.id[:-1], node.id[1:]]
        undefined = [wish for wish in wishes if wish.isidentifier() and wish not in snippet.names]
        return worse(node, ast.Name(rng.choice(undefined), ast.Load())) if undefined else None


class ImportMissing(Operator):
    """An import that the code needs is gone."""

    name = "import-missing"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code uses a module or name that it does not import."
    visits = (ast.Import, ast.ImportFrom)
    settles_imports = False

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.Import | ast.ImportFrom)
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            return None
        return worse(node, []) if snippet.parent(node) is snippet.tree else None


class ImportWrong(Operator):
    """A name is imported under another name than the one in use, or the module is imported and not the name."""

    name = "import-wrong"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code imports something that does not bind the name it uses."
    visits = (ast.Import, ast.ImportFrom)
    settles_imports = False

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.ImportFrom(str(module), [alias], 0) if module != "__future__":
                whole: list[ast.stmt] = [ast.Import([ast.alias(module)])]
                renamed: list[ast.stmt] = [ast.ImportFrom(module, [ast.alias(alias.name, f"_{bound_name(alias)}")], 0)]
                return worse(node, rng.choice([whole, renamed]))
            case ast.Import([alias]) if alias.asname is None:
                return worse(node, [ast.ImportFrom(alias.name, [ast.alias("*")], 0)])
        return None


class ArgumentDropped(Operator):
    """A call passes one argument too few."""

    name = "argument-dropped"
    aspect = Aspect.CORRECTNESS
    harm = "A call of the rejected code lacks an argument."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.Call)
        if len(node.args) >= 2 and not isinstance(node.args[-1], ast.Starred):
            return worse(node, ast.Call(node.func, node.args[:-1], node.keywords))
        if node.keywords and node.keywords[-1].arg:
            return worse(node, ast.Call(node.func, node.args, node.keywords[:-1]))
        return None


class UnsetVariable(Operator):
    """A variable is set only under a condition, and read in any case."""

    name = "unset-variable"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code reads a variable that is not set in every case."
    visits = (ast.Assign,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Assign([ast.Name(name)], value) if snippet.parent(node) is snippet.function and snippet.uses(name):
                tests = [name for name in snippet.parameters if name != getattr(value, "id", None)]
                if tests:
                    return worse(node, ast.If(ast.Name(rng.choice(tests)), [node], []))
        return None


OPERATORS: tuple[Operator, ...] = (
    WrongVariable(),
    NameUndefined(),
    ImportMissing(),
    ImportWrong(),
    ArgumentDropped(),
    UnsetVariable(),
)
