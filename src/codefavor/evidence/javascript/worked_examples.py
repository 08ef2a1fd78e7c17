"""Finds worked examples in an instruction for JavaScript: calls with their result, prompts, inputs with outputs, prose.

It reads text and runs nothing. A misread example does little harm: it fails for both candidates, and is then ignored.
"""

import re
from collections.abc import Iterator

from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.input_output_examples import (
    RESULT_WORDS,
    SHOULD,
    named_inputs,
    plain_inputs,
    result_at,
    tables,
)
from codefavor.evidence.javascript.assertions import assertions
from codefavor.evidence.javascript.calls import Variables, calls_of, variables_in
from codefavor.evidence.javascript.literals import literal_at

MAX_EXAMPLES = 30
_BLOCK_COMMENT_STAR = re.compile(r"^[ \t]*\*(?![/*])[ \t]?", re.MULTILINE)
_ARROW = r"(?:=+>|-+>|~>|➞|→|⇒|➜|⟶)"
_SAYS = rf"{SHOULD}{RESULT_WORDS}\b(?:\s+(?:to|as))?(?:\s+(?:the\s+)?(?:value|string|array|object|number|result)\b)?"
_COMMENT = re.compile(
    rf"[`*]*\s*[;,)]*[`*]*\s*(?://+|/\*+)[ \t]*(?:{_ARROW}|===?|=|(?:{_SAYS}|expected|result|output)\s*:?)?[ \t`*]*",
    re.IGNORECASE,
)
"""From a call to what a comment behind it, or on the next line, says."""
_CONNECTIVE = re.compile(rf"[`*]*\s*[;,]?\s*(?:{_ARROW}|===?|=|:|#|{_SAYS})\s*:?[`*\s]*")
_ENDS_VALUE = re.compile(r"[ \t]*(?:$|[,;.)(`*\n–—-]|\*/|because|since|as\b|and\b|//)", re.MULTILINE)
_THROWS = re.compile(r"[`*]*(?:(?:will|should|must)\s+)?(?:throws?|raises?)\b(?:\s+an?)?\s*[`*]*([A-Z]\w*Error\b)?")
_PRINTED = re.compile(r"\b(?:console\.(?:log|info)|print|alert)\s*\(\s*(?:await\s+)?$")
_PROMPT = re.compile(r"^[ \t]*>{1,3}[ \t]*(?:await[ \t]+)?(?=\S)", re.MULTILINE)


def find_examples(instruction: str, entry_point: EntryPoint) -> list[WorkedExample]:
    """Return the worked examples of the entry point in the order of their forms, each call once."""
    text = _BLOCK_COMMENT_STAR.sub("", instruction)
    variables = variables_in(text)
    found: dict[str, WorkedExample] = {}
    for reader in (assertions, _prompts, _calls_with_results, _inputs_with_outputs):
        for example in reader(text, entry_point, variables):
            found.setdefault(re.sub(r"\s+", "", example.call), example)
    return list(found.values())[:MAX_EXAMPLES]


def _inputs_with_outputs(text: str, entry_point: EntryPoint, variables: Variables) -> Iterator[WorkedExample]:
    for reader in (named_inputs, plain_inputs, tables):
        yield from reader(text, entry_point, literal_at)


def _prompts(text: str, entry_point: EntryPoint, variables: Variables) -> Iterator[WorkedExample]:
    """Read a call behind a prompt with its result on the next line."""
    starts = {match.end() for match in _PROMPT.finditer(text)}
    for call in calls_of(text, entry_point.name, variables):
        below = re.compile(r";?[ \t]*\n[ \t]*(?![>\s])(.*)").match(text, call.end)
        if call.start not in starts or below is None:
            continue
        if thrown := re.match(r"(?:Uncaught\s+)?([A-Z]\w*Error)\b", below[1]):
            yield WorkedExample(call.source, "raises", thrown[1])
        else:
            yield _example(call.source, call.arguments, below[1].strip())


def _calls_with_results(text: str, entry_point: EntryPoint, variables: Variables) -> Iterator[WorkedExample]:
    for call in calls_of(text, entry_point.name, variables):
        comment = _COMMENT.match(text, call.end)
        connective = comment or _CONNECTIVE.match(text, call.end)
        says = (
            connective.end() if connective else call.end + len(text[call.end :]) - len(text[call.end :].lstrip(" \t"))
        )
        thrown = _THROWS.match(text, says)
        if thrown:
            yield WorkedExample(call.source, "raises", thrown[1] or "Error")
        elif comment:
            printed = _PRINTED.search(text, 0, call.start) is not None
            yield from _by_comment(call.source, call.arguments, _line_at(text, says), printed)
        elif connective and (literal := result_at(text, says, literal_at)):
            yield WorkedExample(call.source, "equals", literal[0], call.arguments)


def _line_at(text: str, start: int) -> str:
    return text[start:].partition("\n")[0].removesuffix("*/").strip()


def _by_comment(source: str, arguments: tuple[str, ...] | None, said: str, printed: bool) -> Iterator[WorkedExample]:
    """Read what a comment says of a call; a number that is printed may be a text."""
    if not said:
        return
    literal = result_at(said, 0, literal_at)
    if literal is None or not _ENDS_VALUE.match(said, literal[1]):
        yield WorkedExample(source, "prints", said.rstrip("`*"), arguments)
    elif printed and literal[0][0] not in "[{'\"`":
        yield WorkedExample(source, "prints", literal[0], arguments)
    else:
        yield WorkedExample(source, "equals", literal[0], arguments)


def _example(source: str, arguments: tuple[str, ...] | None, wanted: str) -> WorkedExample:
    literal = literal_at(wanted, 0)
    if literal and _ENDS_VALUE.match(wanted, literal[1]):
        return WorkedExample(source, "equals", literal[0], arguments)
    return WorkedExample(source, "prints", wanted, arguments)
