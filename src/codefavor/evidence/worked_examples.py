"""Finds worked examples in an instruction: doctests, asserts, calls with their result, inputs with outputs, prose.

It reads text and runs nothing. A misread example does little harm: it fails for both candidates, and is then ignored.
"""

import ast
import re
from collections.abc import Iterator

from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.expression_examples import calls_in, example_of_call, example_of_condition, is_call
from codefavor.evidence.literals import balanced_end, literal_at, parse_expression
from codefavor.evidence.round_trips import round_trips

MAX_EXAMPLES = 30
_MAX_ASSERT_LINES = 40
_RESULT_WORDS = r"(?:returns?|outputs?|gives?|yields?|equals?|prints?|results?\s+in|evaluates?\s+to|produces?|is|be)"
_SHOULD = r"(?:(?:should|must|will|would|shall|can)\s+)?"
_CONNECTIVE = re.compile(
    rf"[`*]*\s*(?:[#,;]\s*)?(?:==+>?|=+>|-+>|~>|➞|→|⇒|➜|⟶|=|:|{_SHOULD}{_RESULT_WORDS}\b(?:\s+(?:to|as))?"
    r"(?:\s+(?:the\s+)?(?:value|string|list|tuple|result|number|integer|output)(?:\s+of)?\b)?)\s*:?[`*\s]*"
)
_OUTPUT = re.compile(
    rf"(?:(?:output|result|answer|expected(?:\s+(?:output|result))?|returned(?:\s+value)?|{_SHOULD}{_RESULT_WORDS})\b"
    rf"[`*]*\s*(?:{_SHOULD}{_RESULT_WORDS}\b|=|:|-+>|=+>)?|=+>|-+>|➞|→|⇒)\s*:?[`*\s]*",
    re.IGNORECASE,
)
_WORKING = re.compile(r"(?:[\d.()+*/% \t-]*[\d)][ \t]*[+*/%-][\d.()+*/% \t-]*=[ \t]*)+(?=[\d.(-])")
"""Working shown before a result, as in `2 * 3 + 1 = 7`."""
_INPUT = re.compile(r"\b(?:input|for(?:\s+(?:the\s+)?input)?|given|with)\b\s*(?:of|is|=|:)?[`*\s]*", re.IGNORECASE)
_BETWEEN = re.compile(r"[`*]*\s*(?:,|;|and\b|,\s*and\b)?\s*[`*]*\s*")
_PROMPT = re.compile(r"^[ \t]*>>>[ ]?(.*)$")
_MORE = re.compile(r"^[ \t]*\.\.\.[ ]?(.*)$")
_QUOTES = ('"""', "'''", "```")
_ERROR = re.compile(r"\b(?:raises?|throws?)\s+(?:an?\s+)?[`*]*([A-Z]\w*(?:Error|Exception|Iteration))\b")


def find_examples(instruction: str, entry_point: EntryPoint) -> list[WorkedExample]:
    """Return the worked examples of `entry` in the order of their forms, each call once."""
    found: dict[str, WorkedExample] = {}
    readers = (_doctests, _asserts, _calls_with_results, _named_inputs, _plain_inputs, _tables, round_trips)
    for reader in readers:
        for example in reader(instruction, entry_point):
            key = re.sub(r"\s+", "", example.call)
            found.setdefault(key, example)
    return list(found.values())[:MAX_EXAMPLES]


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
        elif connective and (literal := _result_at(text, connective.end())):
            yield example_of_call(call, literal[0], [])
        elif literal := literal_at(text, end + len(text[end:]) - len(text[end:].lstrip(" \t"))):
            yield example_of_call(call, literal[0], [])


def _has_constant_arguments(call: ast.expr) -> bool:
    return not any(isinstance(node, ast.Name) for node in ast.walk(call) if node is not getattr(call, "func", None))


def _named_inputs(text: str, entry_point: EntryPoint) -> Iterator[WorkedExample]:
    """Read `n = 5, k = 2 ... output: 7`, in any words between."""
    if not entry_point.parameters:
        return
    names = "|".join(map(re.escape, entry_point.parameters))
    assignment = re.compile(rf"(?<![\w.\"'])({names})\s*(?:=|is|:)\s*[`*]*(?=[\[({{\"'\d+\-.TFNtfn])")
    position = 0
    while start := assignment.search(text, position):
        assigned, position = _assignments(text, start, assignment)
        if not _covers(assigned, entry_point):
            continue
        limit = assignment.search(text, position)
        output = _first_output(text, position, min(position + 300, limit.start() if limit else len(text)))
        if output is not None:
            yield _call_with(
                entry_point, [assigned[name] for name in entry_point.parameters if name in assigned], output
            )


def _assignments(text: str, start: re.Match[str], assignment: re.Pattern[str]) -> tuple[dict[str, str], int]:
    assigned: dict[str, str] = {}
    match: re.Match[str] | None = start
    position = start.end()
    while match:
        position = match.end()
        literal = literal_at(text, position)
        if literal is None or match[1] in assigned:
            break
        assigned[match[1]], position = literal
        between = _BETWEEN.match(text, position)
        match = assignment.match(text, between.end() if between else position)
    return assigned, position


def _covers(assigned: dict[str, str], entry_point: EntryPoint) -> bool:
    return bool(assigned) and all(name in assigned for name in entry_point.parameters[: entry_point.required or 1])


def _first_output(text: str, start: int, end: int) -> str | None:
    for match in _OUTPUT.finditer(text, start, end):
        literal = _result_at(text, match.end())
        if literal:
            return literal[0]
    return None


def _result_at(text: str, start: int) -> tuple[str, int] | None:
    """Return the literal at `start`, or the one that working there comes to."""
    working = _WORKING.match(text, start)
    return literal_at(text, working.end() if working else start)


def _call_with(entry_point: EntryPoint, arguments: list[str], expected: str) -> WorkedExample:
    return WorkedExample(f"{entry_point.name}({', '.join(arguments)})", "equals", expected, tuple(arguments))


def _plain_inputs(text: str, entry_point: EntryPoint) -> Iterator[WorkedExample]:
    """Read `Input: [1, 2]` with its `Output: 3`, and `For 5 the function should return 3`."""
    for match in _INPUT.finditer(text):
        arguments, position = _literals(text, match.end(), len(entry_point.parameters))
        if not max(1, entry_point.required) <= len(arguments) <= len(entry_point.parameters):
            continue
        following = _INPUT.search(text, position)
        prose = not match[0].lower().startswith("input")
        limit = min(position + (60 if prose else 200), following.start() if following else len(text))
        output = _first_output(text, position, limit)
        if output is not None:
            yield _call_with(entry_point, arguments, output)


def _literals(text: str, start: int, most: int) -> tuple[list[str], int]:
    found: list[str] = []
    position = start
    while len(found) < most and (literal := literal_at(text, position)):
        found.append(literal[0])
        end = literal[1]
        between = _BETWEEN.match(text, end)
        position = between.end() if between else end
        if "\n" in text[end:position] and not text[end:position].strip():
            return found, end
    return found, position


def _tables(text: str, entry_point: EntryPoint) -> Iterator[WorkedExample]:
    """Read rows of a table whose cells are the arguments and then the result."""
    for line in text.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if len(cells) != len(entry_point.parameters) + 1 or len(cells) < 2:
            continue
        read = [literal_at(cell, 0) for cell in cells]
        sources = [item[0] for item, cell in zip(read, cells, strict=True) if item and item[1] == len(cell)]
        if len(sources) == len(cells):
            yield _call_with(entry_point, sources[:-1], sources[-1])
