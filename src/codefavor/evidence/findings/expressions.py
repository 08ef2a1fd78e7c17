"""Says of an expression who controls its value.

It holds the variables of the scope being followed; statements are `codefavor.evidence.findings.flow`'s business, and
what a call does with its arguments `codefavor.evidence.findings.reached`'s.
"""

import ast
import builtins
from collections.abc import Callable, Mapping

from codefavor.evidence.findings.names import Names, dotted
from codefavor.evidence.findings.reached import Reached
from codefavor.evidence.findings.sanitisers import converts_to_number, is_signature_check, made_safe_by
from codefavor.evidence.findings.sources import control_of, reads_data
from codefavor.evidence.findings.value import CONSTANT, EVERYTHING, OPERATOR, UNKNOWN, Control, Danger, Value, merge

_BUILTINS = frozenset(dir(builtins))
_TEXT_BUILDERS = {"format", "join", "format_map"}
_Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


class Evaluator:
    """The variables of a scope, and the sinks their values reached."""

    def __init__(self, names: Names) -> None:
        self.reached = Reached()
        self._names = names
        self._variables: dict[str, Value] = {}
        self._proven = False

    def snapshot(self) -> dict[str, Value]:
        """Return the variables as they are."""
        return dict(self._variables)

    def restore(self, variables: Mapping[str, Value]) -> None:
        """Put the variables back."""
        self._variables = dict(variables)

    def enter(self, variables: Mapping[str, Value]) -> None:
        """Begin a scope: these variables hide those of the same name; no signature is checked yet."""
        self._variables.update(variables)
        self._proven = False

    def join(self, other: Mapping[str, Value]) -> None:
        """Let every variable hold what either branch may have left in it."""
        for path, value in other.items():
            mine = self._variables.get(path)
            self._variables[path] = value if mine is None else merge(mine, value)

    def clean(self, checked: Mapping[str, frozenset[Danger]]) -> None:
        """Take note of checks that were passed."""
        for path, dangers in checked.items():
            self._variables[path] = self._variables.get(path, UNKNOWN).cleaned(dangers)

    def mix(self, path: str, item: ast.expr) -> None:
        """Put an item into a container."""
        self._variables[path] = merge(self._variables.get(path, CONSTANT), self.value(item))

    def assign(self, target: ast.expr, value: Value, expression: ast.expr | None) -> None:
        """Bind a target; tuples are unpacked item by item where both sides are written out."""
        if isinstance(target, ast.Tuple | ast.List):
            items = expression.elts if isinstance(expression, ast.Tuple | ast.List) else []
            paired = len(items) == len(target.elts)
            for index, part in enumerate(target.elts):
                self.assign(part, self.value(items[index]) if paired else value, None)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, None)
        elif isinstance(target, ast.Subscript):
            self.value(target.slice)
            if path := dotted(target.value):
                self._variables[path] = merge(self._variables.get(path, CONSTANT), value)
        elif path := dotted(target):
            self._variables[path] = value

    def value(self, node: ast.expr) -> Value:
        """Return what is known of an expression's value, taking note of the sinks inside it."""
        special: Callable[[ast.expr], Value] | None = getattr(self, f"_of_{type(node).__name__}", None)
        return special(node) if special else self._children(node)

    def _children(self, node: ast.AST) -> Value:
        return merge(*(self.value(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)))

    def _of_Name(self, node: ast.Name) -> Value:
        if node.id in self._variables:
            return self._variables[node.id]
        if source := self._source(node):
            return source
        return CONSTANT if node.id in _BUILTINS or self._names.knows(node.id) else UNKNOWN

    def _of_Attribute(self, node: ast.Attribute) -> Value:
        path = dotted(node)
        if path in self._variables:
            return self._variables[path]
        if source := self._source(node):
            return source
        base = self.value(node.value)
        return UNKNOWN if base.control is Control.CONSTANT and path.startswith(("self.", "cls.")) else base

    def _of_Subscript(self, node: ast.Subscript) -> Value:
        self.value(node.slice)
        return self._source(node.value) or self.value(node.value)

    def _of_JoinedStr(self, node: ast.JoinedStr) -> Value:
        return self._children(node).as_text()

    def _of_FormattedValue(self, node: ast.FormattedValue) -> Value:
        number = node.format_spec is not None and ast.unparse(node.format_spec).rstrip("'\"").endswith(tuple("dxXf"))
        return CONSTANT if number else self.value(node.value)

    def _of_BinOp(self, node: ast.BinOp) -> Value:
        both = merge(self.value(node.left), self.value(node.right))
        return both.as_text() if isinstance(node.op, ast.Add | ast.Mod) else both

    def _of_Compare(self, node: ast.Compare) -> Value:
        self._children(node)
        return CONSTANT

    def _container(self, node: ast.expr) -> Value:
        return self._children(node)._replace(built=False)

    _of_List = _of_Tuple = _of_Set = _of_Dict = _container

    def _of_Lambda(self, node: ast.Lambda) -> Value:
        return self.value(node.body)

    def _of_NamedExpr(self, node: ast.NamedExpr) -> Value:
        value = self.value(node.value)
        self.assign(node.target, value, node.value)
        return value

    def _comprehension(self, node: _Comprehension) -> Value:
        for generator in node.generators:
            self.assign(generator.target, self.value(generator.iter), None)
            for condition in generator.ifs:
                self.value(condition)
        if isinstance(node, ast.DictComp):
            return merge(self.value(node.key), self.value(node.value))
        return self.value(node.elt)

    _of_ListComp = _of_SetComp = _of_GeneratorExp = _of_DictComp = _comprehension

    def _source(self, node: ast.expr) -> Value | None:
        control = control_of(self._names.of(node))
        return Value(control) if control else None

    def _of_Call(self, node: ast.Call) -> Value:
        function = node.func
        name = self._names.of(function) or getattr(function, "attr", "")
        positional = [self.value(item) for item in node.args]
        named = {item.arg or "**": self.value(item.value) for item in node.keywords}
        receiver = self.value(function.value) if isinstance(function, ast.Attribute) else CONSTANT
        self._proven = self._proven or is_signature_check(name)
        self.reached.look(node, name, positional, named, self._proven)
        return self._result(node, name, merge(receiver, *positional, *named.values()))

    def _result(self, node: ast.Call, name: str, everything: Value) -> Value:
        """Return what a call makes of everything that goes in."""
        if source := self._source(node.func):
            return source
        if converts_to_number(name):
            return CONSTANT
        safe = made_safe_by(node, name)
        last = name.rpartition(".")[2]
        method = isinstance(node.func, ast.Attribute)
        if safe != EVERYTHING:
            if method and last in _TEXT_BUILDERS:
                everything = everything.as_text()
            elif not safe and not method and last != "cast":
                everything = everything.at_most(Control.CALLER)
            if reads_data(name):
                everything = merge(everything, OPERATOR)
            on_text = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Constant)
            if everything.control is Control.CONSTANT and not safe and not on_text:
                return UNKNOWN
        return everything.cleaned(safe)


def terminates(last: ast.stmt) -> bool:
    """Whether control never passes this statement, the last of its block."""
    if isinstance(last, ast.Return | ast.Raise | ast.Continue | ast.Break):
        return True
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        name = ast.unparse(last.value.func).rpartition(".")[2]
        return name in {"abort", "exit", "_exit", "quit", "fail", "send_error", "error", "fail_json"}
    return False
