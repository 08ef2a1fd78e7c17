"""Follows values through the statements of one function at a time, from sources to sinks.

Intraprocedural: a call of another function of the program hands its arguments' control on, nothing more; attributes of
`self` set in `__init__` are known in the other methods. Expressions are `codefavor.evidence.findings.expressions`'
business.
"""

import ast
from collections.abc import Callable, Sequence

from codefavor.evidence.findings.expressions import Evaluator, terminates
from codefavor.evidence.findings.names import Names, dotted
from codefavor.evidence.findings.rule import Hit
from codefavor.evidence.findings.sanitisers import checked_by, is_validator, mentioned
from codefavor.evidence.findings.sources import FunctionNode, is_handler
from codefavor.evidence.findings.value import CALLER, CONSTANT, EVERYTHING, OUTSIDE, Danger, Value, merge

_ROUNDS = 2
"""How often a loop's body is followed, so that what the first round set reaches the second."""


def flows(tree: ast.Module, names: Names) -> list[Hit]:
    """Return the hits of every flow in a module, in the order of their lines."""
    evaluator = Evaluator(names)
    _Walk(evaluator, names).block(tree.body)
    return evaluator.reached.hits()


class _Walk:
    """The statements of one scope; the evaluator holds the variables and collects the hits."""

    def __init__(self, evaluator: Evaluator, names: Names, around: ast.ClassDef | None = None) -> None:
        self._see = evaluator
        self._names = names
        self._around = around

    def block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        """Follow one statement."""
        special: Callable[[ast.stmt], None] | None = getattr(self, f"_on_{type(node).__name__}", None)
        if special:
            special(node)
            return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._see.value(child)

    def _on_Assign(self, node: ast.Assign) -> None:
        value = self._see.value(node.value)
        for target in node.targets:
            self._see.assign(target, value, node.value)

    def _on_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._see.assign(node.target, self._see.value(node.value), node.value)

    def _on_AugAssign(self, node: ast.AugAssign) -> None:
        both = merge(self._see.value(node.target), self._see.value(node.value))
        self._see.assign(node.target, both.as_text(), None)

    def _on_Expr(self, node: ast.Expr) -> None:
        self._see.value(node.value)
        self._validated(node.value)

    def _on_Assert(self, node: ast.Assert) -> None:
        self._see.value(node.test)
        self._see.clean(checked_by(node.test, self._names))

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self._see.value(item.context_expr)
            if item.optional_vars is not None:
                self._see.assign(item.optional_vars, value, item.context_expr)
        self.block(node.body)

    _on_With = _on_AsyncWith = _with

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        self.block(node.body)
        for handler in node.handlers:
            self.block(handler.body)
        self.block([*node.orelse, *node.finalbody])

    _on_Try = _on_TryStar = _try

    def _on_Match(self, node: ast.Match) -> None:
        self._see.value(node.subject)
        for case in node.cases:
            self.block(case.body)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self._see.assign(node.target, self._see.value(node.iter), None)
        self._repeated(node.body, node.orelse)

    _on_For = _on_AsyncFor = _for

    def _on_While(self, node: ast.While) -> None:
        self._see.value(node.test)
        self._see.clean(checked_by(node.test, self._names))
        self._repeated(node.body, node.orelse)

    def _on_If(self, node: ast.If) -> None:
        self._see.value(node.test)
        checked = checked_by(node.test, self._names)
        before = self._see.snapshot()
        self._see.clean(checked)
        self.block(node.body)
        after_body = self._see.snapshot()
        self._see.restore(before)
        self._see.clean(checked)
        self.block(node.orelse)
        if terminates(node.body[-1]):
            return
        if checked and not node.orelse:
            self._see.restore(before)  # past a test that does not stop, the value is as unsure as before it
        if not (node.orelse and terminates(node.orelse[-1])):
            self._see.join(after_body)
        else:
            self._see.restore(after_body)

    def _repeated(self, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt]) -> None:
        for _ in range(_ROUNDS):
            self.block(body)
        self.block(orelse)

    def _validated(self, node: ast.expr) -> None:
        call = node.value if isinstance(node, ast.Await) else node
        if not isinstance(call, ast.Call):
            return
        name = self._names.of(call.func)
        if is_validator(name):
            self._see.clean(dict.fromkeys(mentioned(call), EVERYTHING))
        elif name.endswith(".relative_to"):
            self._see.clean(dict.fromkeys(mentioned(call), frozenset({Danger.PATH})))
        elif isinstance(call.func, ast.Attribute) and call.func.attr in {"append", "add", "extend", "insert", "update"}:
            path = dotted(call.func.value)
            if path and call.args:
                self._see.mix(path, call.args[-1])

    def _function(self, node: FunctionNode) -> None:
        for expression in [*node.decorator_list, *node.args.defaults]:
            self._see.value(expression)
        before = self._see.snapshot()
        self._see.enter(_parameters(node, self._around))
        _Walk(self._see, self._names).block(node.body)
        kept = {path: value for path, value in self._see.snapshot().items() if path.startswith("self.")}
        self._see.restore(before)
        if node.name == "__init__" and self._around is not None:
            self._see.enter(kept)

    _on_FunctionDef = _on_AsyncFunctionDef = _function

    def _on_ClassDef(self, node: ast.ClassDef) -> None:
        before = self._see.snapshot()
        inside = _Walk(self._see, self._names, node)
        first = [child for child in node.body if getattr(child, "name", "") == "__init__"]
        inside.block([*first, *(child for child in node.body if child not in first)])
        self._see.restore(before)


def _parameters(node: FunctionNode, around: ast.ClassDef | None) -> dict[str, Value]:
    control = OUTSIDE if is_handler(node, around) else CALLER
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
    found = {argument.arg: control for argument in every}
    for argument in every:
        if isinstance(argument.annotation, ast.Name) and argument.annotation.id in {"int", "float", "bool"}:
            found[argument.arg] = control.cleaned(EVERYTHING)
    return found | dict.fromkeys({"self", "cls"} & set(found), CONSTANT)
