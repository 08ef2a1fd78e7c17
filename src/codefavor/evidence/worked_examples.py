"""Finds worked examples in an instruction: doctests, asserts, calls with their result, inputs with outputs, prose.

It reads text and runs nothing. A misread example does little harm: it fails for both candidates, and is then ignored.
"""

import ast
import re
from collections.abc import Iterator

from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.expression_examples import calls_in, example_of_call, example_of_condition, is_call
from codefavor.evidence.input_output_examples import (
    RESULT_WORDS,
    SHOULD,
    named_inputs,
    plain_inputs,
    result_at,
    tables,
)
from codefavor.evidence.literals import balanced_end, literal_at, parse_expression
from codefavor.evidence.round_trips import round_trips

MAX_EXAMPLES = 30
_MAX_ASSERT_LINES = 40
_CONNECTIVE = re.compile(
    rf"[`*]*\s*(?:[#,;]\s*)?(?:==+>?|=+>|-+>|~>|➞|→|⇒|➜|⟶|=|:|{SHOULD}{RESULT_WORDS}\b(?:\s+(?:to|as))?"
    r"(?:\s+(?:the\s+)?(?:value|string|list|tuple|result|number|integer|output)(?:\s+of)?\b)?)\s*:?[`*\s]*"
)
_PROMPT = re.compile(r"^[ \t]*>>>[ ]?(.*)$")
_MORE = re.compile(r"^[ \t]*\.\.\.[ ]?(.*)$")
_QUOTES = ('"""', "'''", "```")
_ERROR = re.compile(r"\b(?:raises?|throws?)\s+(?:an?\s+)?[`*]*([A-Z]\w*(?:Error|Exception|Iteration))\b")


def find_examples(instruction: str, entry_point: EntryPoint) -> list[WorkedExample]:
    """Return the worked examples of `entry` in the order of their forms, each call once."""
    found: dict[str, WorkedExample] = {}
    readers = (_doctests, _asserts, _calls_with_results, _inputs_with_outputs, round_trips)
    for reader in readers:
        for example in reader(instruction, entry_point):
            key = re.sub(r"\s+", "", example.call)
            found.setdefault(key, example)
    return list(found.values())[:MAX_EXAMPLES]


def _inputs_with_outputs(text: str, entry_point: EntryPoint) -> Iterator[WorkedExample]:
    for reader in (named_inputs, plain_inputs, tables):
        yield from reader(text, entry_point, literal_at)


def _doctests(text: str, entry_point: EntryPoint) -> Iterator[WorkedExample]:
    lines = text.splitlines()
    setup: list[str] = []
    index = 0
    while index < len(lines):
        prompt = _PROMPT.match(lines[index])
        index += 1
        if not prompt:
            continue
        source = [prompt[1]]
        while index < len(lines) and (more := _MORE.match(lines[index])):
            source.append(more[1])
            index += 1
        want = []
        while index < len(lines) and _is_wanted(lines[index]):
            want.append(lines[index].strip())
            index += 1
        yield from _doctest("\n".join(source), "\n".join(want), setup, entry_point)


def _is_wanted(line: str) -> bool:
    return bool(line.strip()) and not _PROMPT.match(line) and not any(quotes in line for quotes in _QUOTES)


def _doctest(source: str, want: str, setup: list[str], entry_point: EntryPoint) -> Iterator[WorkedExample]:
    expression = parse_expression(source)
    if expression is None:
        if _parses(source):
            setup.append(source)
        else:
            yield from _calls_with_results(source, entry_point)
        return
    if not calls_in(expression, entry_point.name):
        setup.append(source)
        return
    call = "\n".join([*setup, source])
    if want.startswith("Traceback"):
        yield WorkedExample(call, "raises", want.splitlines()[-1].partition(":")[0].strip().rpartition(".")[2])
    elif not want and is_call(expression, entry_point.name):
        yield example_of_call(expression, "None", setup)
    elif not want and isinstance(expression, ast.Subscript):
        yield from _calls_with_results(source, entry_point)
    elif not want:
        yield from example_of_condition(expression, entry_point, setup)
    elif (literal := literal_at(want, 0)) and not want[literal[1] :].strip():
        yield example_of_call(expression, literal[0], setup)
    elif (first := literal_at(want, 0)) and want[first[1] :].lstrip(" ").startswith(("\n", "#")):
        yield example_of_call(expression, first[0], setup)
    else:
        yield WorkedExample(call, "prints", want)


def _parses(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def _asserts(text: str, entry_point: EntryPoint) -> Iterator[WorkedExample]:
    for match in re.finditer(r"(?<![\w>])assert\b", text):
        statement = _longest_statement(text[match.start() :])
        if statement is not None:
            yield from example_of_condition(statement.test, entry_point, [])


def _longest_statement(text: str) -> ast.Assert | None:
    """Return the assert at the start of `text`: the fewest lines that parse, or the part before a closing quote."""
    lines = text.splitlines()[:_MAX_ASSERT_LINES]
    for count in range(1, len(lines) + 1):
        piece = "\n".join(lines[:count])
        for ending in ("", *_QUOTES, "`", '"', "'"):
            cut = piece.rpartition(ending)[0] if ending else piece
            try:
                body = ast.parse(cut.strip()).body
            except (SyntaxError, ValueError, RecursionError):
                continue
            if body and isinstance(body[0], ast.Assert):
                return body[0]
    return None


def _calls_with_results(text: str, entry_point: EntryPoint) -> Iterator[WorkedExample]:
    for match in re.finditer(rf"(?<![\w.]){re.escape(entry_point.name)}\s*(?=\()", text):
        if re.search(r"(?:def|assert|>>>)\s*(?:not\s+)?\(*$", text[: match.start()].rpartition("\n")[2]):
            continue
        end = balanced_end(text, match.end())
        call = parse_expression(text[match.start() : end]) if end else None
        if end is None or call is None or not is_call(call, entry_point.name) or not _has_constant_arguments(call):
            continue
        error = _ERROR.match(text[end:].lstrip(" \t#,`*:->=➞→"))
        connective = _CONNECTIVE.match(text, end)
        if error:
            yield WorkedExample(ast.unparse(call), "raises", error[1])
        elif connective and (literal := result_at(text, connective.end(), literal_at)):
            yield example_of_call(call, literal[0], [])
        elif literal := literal_at(text, end + len(text[end:]) - len(text[end:].lstrip(" \t"))):
            yield example_of_call(call, literal[0], [])


def _has_constant_arguments(call: ast.expr) -> bool:
    return not any(isinstance(node, ast.Name) for node in ast.walk(call) if node is not getattr(call, "func", None))
