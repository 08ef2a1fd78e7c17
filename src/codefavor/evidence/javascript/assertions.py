"""Reads assertions as examples: those of Node's `assert` and `console.assert`, of Jest's `expect` and of Chai's."""

import re
from collections.abc import Iterator

from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.javascript.calls import CallText, Variables, call_at, calls_of
from codefavor.evidence.javascript.text import balanced_end, split_list

_ASSERTION = re.compile(r"(?<![\w$.])(?:(?:console\.)?assert(?P<kind>\.\w+)?|(?P<expect>expect))\s*(?=\()")
_EQUALITIES = frozenset({".equal", ".strictEqual", ".deepEqual", ".deepStrictEqual", ".same", ".deepEquals"})
_MATCHER = re.compile(r"\s*\.(?:resolves\s*\.)?((?:to\.)?(?:deep\.)?(?:be\.)?\w+)\s*(?=\(|$|[;\n.])")
_EQUAL_MATCHERS = frozenset(
    {"toBe", "toEqual", "toStrictEqual", "toBeCloseTo", "to.equal", "to.deep.equal", "to.eql", "to.be"}
)
_NAMED_MATCHERS = {
    "toBeNull": "null",
    "toBeUndefined": "undefined",
    "toBeNaN": "NaN",
    "to.be.true": "true",
    "to.be.false": "false",
    "to.be.null": "null",
    "to.be.undefined": "undefined",
}
_CONDITION_MATCHERS = {"toBeTruthy": "_", "toBeFalsy": "!_", "to.be.ok": "_"}
_THROW_MATCHERS = frozenset({"toThrow", "toThrowError", "to.throw"})
_EQUATION = re.compile(r"\s*===?\s*")
_WRAPPER = re.compile(r"\s*(?:async\s*)?(?:\(\s*\)\s*=>|function\s*\(\s*\))\s*(?:\{\s*(?:return\b\s*)?)?(?:await\s+)?")
_ERROR = re.compile(r"[A-Z]\w*Error")


def assertions(text: str, entry_point: EntryPoint, variables: Variables) -> Iterator[WorkedExample]:
    """Yield what the assertions in a text say of calls of the entry point."""
    reader = _Assertions(entry_point.name, variables)
    for match in _ASSERTION.finditer(text):
        end = balanced_end(text, match.end())
        if end is None:
            continue
        parts = split_list(text[match.end() + 1 : end - 1])
        if match["expect"]:
            yield from reader.expectation(parts, text, end)
        else:
            yield from reader.assertion(match["kind"] or "", parts)


class _Assertions:
    """Reads assertions about one function."""

    def __init__(self, name: str, variables: Variables) -> None:
        self._name = name
        self._variables = variables

    def assertion(self, kind: str, parts: list[str]) -> Iterator[WorkedExample]:
        """Read `assert.kind(parts)`."""
        if kind in _EQUALITIES and len(parts) >= 2:
            yield from self._equation(parts[0], parts[1])
        elif kind in (".throws", ".rejects") and parts:
            yield from self._throws(parts[0], parts[1] if len(parts) > 1 else "")
        elif kind in ("", ".ok") and parts:
            yield from self._condition(parts[0])

    def expectation(self, parts: list[str], text: str, end: int) -> Iterator[WorkedExample]:
        """Read `expect(parts)` and the matcher that follows it in the text."""
        matcher = _MATCHER.match(text, end)
        if matcher is None or not parts:
            return
        name = matcher[1]
        closed = balanced_end(text, matcher.end()) if text[matcher.end() : matcher.end() + 1] == "(" else None
        wanted = split_list(text[matcher.end() + 1 : closed - 1]) if closed else []
        if name in _EQUAL_MATCHERS and wanted:
            yield from self._equation(parts[0], wanted[0])
        elif name in _NAMED_MATCHERS:
            yield from self._equation(parts[0], _NAMED_MATCHERS[name])
        elif name in _CONDITION_MATCHERS and (call := self._call(parts[0])):
            yield WorkedExample(call.source, "holds", _CONDITION_MATCHERS[name], call.arguments)
        elif name in _THROW_MATCHERS:
            yield from self._throws(parts[0], wanted[0] if wanted else "")

    def _call(self, source: str) -> CallText | None:
        """Return the call that `source` is, or None where it is something else."""
        text = source.removeprefix("await ").strip()
        call = call_at(text, 0, self._name, self._variables)
        return call if call and call.end == len(text) else None

    def _equation(self, one: str, other: str) -> Iterator[WorkedExample]:
        for left, right in ((one, other), (other, one)):
            if call := self._call(left):
                yield WorkedExample(call.source, "equals", self._variables.get(right, right), call.arguments)
                return

    def _condition(self, condition: str) -> Iterator[WorkedExample]:
        for sign in _EQUATION.finditer(condition):
            left, right = condition[: sign.start()], condition[sign.end() :]
            if self._call(left) or self._call(right):
                yield from self._equation(left, right)
                return
        calls = list(calls_of(condition, self._name, self._variables))
        if len(calls) == 1:
            holds = f"{condition[: calls[0].start]}_{condition[calls[0].end :]}"
            yield WorkedExample(calls[0].source, "holds", holds, calls[0].arguments)

    def _throws(self, function: str, error: str) -> Iterator[WorkedExample]:
        wrapper = _WRAPPER.match(function)
        body = function[wrapper.end() :].rstrip(" };\n") if wrapper else ""
        if call := self._call(body):
            named = _ERROR.fullmatch(error)
            yield WorkedExample(call.source, "raises", named[0] if named else "Error")
