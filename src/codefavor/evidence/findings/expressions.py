"""Says of an expression who controls its value, and reports it where it reaches a sink.

It holds the variables of the scope being followed; statements are `codefavor.evidence.findings.flow`'s business.
"""

import ast
import builtins
import re
from collections.abc import Mapping, Sequence

from codefavor.evidence.findings.names import Names, dotted
from codefavor.evidence.findings.rule import Hit, Rule, keyword
from codefavor.evidence.findings.sanitisers import converts_to_number, is_signature_check, made_safe_by
from codefavor.evidence.findings.sinks import (
    CODE,
    COMMAND,
    OBJECTS,
    SHELLS,
    SQL_INJECTION,
    STRINGLY,
    Sink,
    sinks_of,
)
from codefavor.evidence.findings.sources import control_of, reads_data
from codefavor.evidence.findings.value import (
    CONSTANT,
    EVERYTHING,
    OPERATOR,
    UNKNOWN,
    Control,
    Danger,
    Value,
    merge,
)
from codefavor.pairs.finding import Grade

_CONFIDENCE: dict[Control, Grade] = {
    Control.CONSTANT: "low",
    Control.UNKNOWN: "medium",
    Control.CALLER: "medium",
    Control.OPERATOR: "high",
    Control.OUTSIDE: "high",
}
_BUILTINS = frozenset(dir(builtins))
_SQL_TEXT = re.compile(r"\b(?:select|insert|update|delete|create|drop|alter|show|from|where|pragma|attach|truncate|replace)\b", re.IGNORECASE)
_SHELL = Sink(COMMAND, Danger.COMMAND, SHELLS, (0,), ("args", "cmd", "command"), Control.CONSTANT)
_STRING_COMMAND = Sink(COMMAND, Danger.COMMAND, STRINGLY, (0,), ("args",), Control.UNKNOWN, True)


class Evaluator:
    """Variables, and the hits found so far."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._variables: dict[str, Value] = {}
        self._hits: dict[tuple[str, int, int], Hit] = {}
        self._proven = False

    def hits(self) -> list[Hit]:
        """Return what was found, one hit for each place, by line."""
        return [self._hits[key] for key in sorted(self._hits, key=lambda key: (key[1], key[2], key[0]))]

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
            for index, part in enumerate(target.elts):
                paired = len(items) == len(target.elts)
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
        """Return what is known of an expression's value, reporting the sinks inside it."""
        match node:
            case ast.Constant():
                return CONSTANT
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Call():
                return self._call(node)
            case ast.JoinedStr():
                return merge(*(self.value(part) for part in node.values)).as_text()
            case ast.FormattedValue():
                return CONSTANT if _is_number_format(node) else self.value(node.value)
            case ast.BinOp():
                both = merge(self.value(node.left), self.value(node.right))
                return both.as_text() if isinstance(node.op, ast.Add | ast.Mod) else both
            case ast.Compare():
                self._children(node)
                return CONSTANT
            case ast.Subscript():
                self.value(node.slice)
                return self._source(node.value) or self.value(node.value)
            case ast.List() | ast.Tuple() | ast.Set() | ast.Dict():
                return self._children(node)._replace(built=False)
            case ast.Lambda():
                return self.value(node.body)
            case ast.NamedExpr():
                value = self.value(node.value)
                self.assign(node.target, value, node.value)
                return value
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self._comprehension(node)
            case _:
                return self._children(node)

    def _children(self, node: ast.AST) -> Value:
        return merge(*(self.value(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Value:
        for generator in node.generators:
            self.assign(generator.target, self.value(generator.iter), None)
            for condition in generator.ifs:
                self.value(condition)
        if isinstance(node, ast.DictComp):
            return merge(self.value(node.key), self.value(node.value))
        return self.value(node.elt)

    def _name(self, node: ast.Name) -> Value:
        if node.id in self._variables:
            return self._variables[node.id]
        if source := self._source(node):
            return source
        return CONSTANT if node.id in _BUILTINS or self._names.knows(node.id) else UNKNOWN

    def _attribute(self, node: ast.Attribute) -> Value:
        path = dotted(node)
        if path in self._variables:
            return self._variables[path]
        if source := self._source(node):
            return source
        base = self.value(node.value)
        return UNKNOWN if base.control is Control.CONSTANT and path.startswith(("self.", "cls.")) else base

    def _source(self, node: ast.expr) -> Value | None:
        control = control_of(self._names.of(node))
        return Value(control) if control else None

    def _call(self, node: ast.Call) -> Value:
        name = self._names.of(node.func) or getattr(node.func, "attr", "")
        given = [self.value(item) for item in node.args]
        named = {item.arg or "**": self.value(item.value) for item in node.keywords}
        receiver = self.value(node.func.value) if isinstance(node.func, ast.Attribute) else CONSTANT
        if is_signature_check(name):
            self._proven = True
        self._report(node, name, given, named)
        everything = merge(receiver, *given, *named.values())
        if source := self._source(node.func):
            return source
        if converts_to_number(name):
            return CONSTANT
        safe = made_safe_by(node, name)
        if safe == EVERYTHING:
            return everything.cleaned(EVERYTHING)
        method = name.rpartition(".")[2] if isinstance(node.func, ast.Attribute) else ""
        if method in {"format", "join", "format_map"}:
            everything = everything.as_text()
        elif not safe and not method:
            everything = everything.at_most(Control.CALLER)
        if reads_data(name):
            everything = merge(everything, OPERATOR)
        if everything.control is Control.CONSTANT and not safe and not _is_literal_text(node.func):
            return UNKNOWN
        return everything.cleaned(safe)

    def _report(self, node: ast.Call, name: str, given: Sequence[Value], named: Mapping[str, Value]) -> None:
        for sink in sinks_of(name):
            self._check(sink, node, given, named)
        shell = keyword(node, "shell")
        if shell is not None and not (isinstance(shell, ast.Constant) and not shell.value) and SHELLS.match(name):
            self._check(_SHELL, node, given, named)
        elif STRINGLY.match(name) and not (node.args and isinstance(node.args[0], ast.List | ast.Tuple)):
            self._check(_STRING_COMMAND, node, given, named)

    def _check(self, sink: Sink, node: ast.Call, given: Sequence[Value], named: Mapping[str, Value]) -> None:
        values = [given[index] for index in sink.positions if index < len(given)]
        values += [named[word] for word in sink.keywords if word in named]
        if not values:
            return
        value = merge(*values)
        if value.control < sink.floor or (sink.built_only and not value.built):
            return
        guarded = sink.danger in value.clean and value.control > Control.CONSTANT
        guarded = guarded or (sink.rule is OBJECTS and self._proven) or (sink.rule is CODE and _is_fenced(node))
        self._add(sink.rule, node, _grade(sink, value, node), guarded)

    def _add(self, rule: Rule, node: ast.Call, confidence: Grade, guarded: bool) -> None:
        key = (rule.id, node.lineno, node.col_offset)
        hit = Hit(rule, node.lineno, confidence, guarded)
        known = self._hits.get(key)
        if known is None or (known.guarded and not guarded):
            self._hits[key] = hit


def terminates(body: Sequence[ast.stmt]) -> bool:
    """Whether control never leaves this block at its end."""
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise | ast.Continue | ast.Break):
        return True
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call):
        name = ast.unparse(last.value.func).rpartition(".")[2]
        return name in {"abort", "exit", "_exit", "quit", "fail", "send_error", "error", "fail_json"}
    return False


def _grade(sink: Sink, value: Value, node: ast.Call) -> Grade:
    if sink is _STRING_COMMAND:
        return "low"
    if sink.rule is SQL_INJECTION and not _SQL_TEXT.search(_texts(node)) and value.control < Control.OPERATOR:
        return "low"
    return _CONFIDENCE[value.control]


def _texts(node: ast.Call) -> str:
    if node.args and isinstance(node.args[0], ast.Name):
        return "select"  # a text put together elsewhere; what it says is not looked up
    return " ".join(
        child.value for child in ast.walk(node) if isinstance(child, ast.Constant) and isinstance(child.value, str)
    )


def _is_fenced(node: ast.Call) -> bool:
    """Whether eval or exec gets globals in which the builtins are taken away."""
    scopes = [*node.args[1:], *(item.value for item in node.keywords if item.arg in {"globals", "locals"})]
    return any("__builtins__" in ast.unparse(scope) or isinstance(scope, ast.Dict) for scope in scopes) or any(
        isinstance(scope, ast.Name) and re.search(r"safe|allow|restrict|sandbox", scope.id) for scope in scopes
    )


def _is_literal_text(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Constant)


def _is_number_format(node: ast.FormattedValue) -> bool:
    return node.format_spec is not None and ast.unparse(node.format_spec).rstrip("'\"").endswith(("d", "x", "f", "X"))
