"""Rewrites what Python 2 wrote differently, one logical line at a time, so that it parses as Python 3.

The meaning is kept as far as an analyser of calls and data flow needs it; the result is never run. Line breaks stay
where they are, so line numbers hold.
"""

import re

_PRINT_TO = re.compile(r"^print\s*>>\s*([^,]+?)\s*(?:,\s*(.*))?$", re.DOTALL)
_PRINT = re.compile(r"^print\b(?!\s*[=.\[])[ \t]*(.*)$", re.DOTALL)
_EXEC = re.compile(r"^exec\b(?!\s*[=.])[ \t]*(.+)$", re.DOTALL)
_EXEC_IN = re.compile(r"^(.+?)\s+in\s+(.+)$", re.DOTALL)
_EXCEPT = re.compile(r"^except\s+(\(.*?\)|[\w.]+)\s*,\s*([\w.]+)\s*:", re.DOTALL)
_RAISE = re.compile(r"^raise\s+([\w.]+)\s*,\s*(.+)$", re.DOTALL)
_TUPLE_PARAMETER = re.compile(r"([(,]\s*)\(\s*([A-Za-z_][\w\s,]*)\)(?=\s*[,)])")
_LAMBDA_TUPLE = re.compile(r"\blambda\s*\(([\w\s,]*)\)\s*:")
_LITERAL = re.compile(
    r"(?<![\w.])0([0-7]+)[lL]?(?![\w.])|(?<![\w.])((?:0[xX][0-9a-fA-F]+)|\d+)[lL]\b|(<>)|`([^`\n]+)`|\b([uU][rR])(?=['\"])"
)
_STRING = re.compile(r"('''.*?'''|\"\"\".*?\"\"\"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|#[^\n]*)", re.DOTALL)


def modernise(statement: str) -> str:
    """Return one logical line of Python 2 in the words of Python 3; a line that needs nothing comes back as it is."""
    text = _literals(statement)
    head, colon, body = _one_line_block(text)
    if colon:
        return head + colon + modernise(body)
    return "; ".join(_statement(part) for part in _split_semicolons(text))


def _statement(text: str) -> str:
    for rewrite in (_print, _exec, _except, _raise, _parameters):
        changed = rewrite(text)
        if changed != text:
            return changed
    return text


def _print(text: str) -> str:
    if match := _PRINT_TO.match(text):
        stream, rest = match[1], (match[2] or "").rstrip().rstrip(",")
        return f"print({rest}{', ' if rest else ''}file={stream})"
    match = _PRINT.match(text)
    if not match or _is_call(match[1]):
        return text
    body, comment = _split_comment(match[1])
    return f"print({body.rstrip().rstrip(',')}){comment}"


def _exec(text: str) -> str:
    match = _EXEC.match(text)
    if not match or _is_call(match[1]):
        return text
    body, comment = _split_comment(match[1])
    scoped = _EXEC_IN.match(body)
    return f"exec({scoped[1]}, {scoped[2].rstrip()}){comment}" if scoped else f"exec({body.rstrip()}){comment}"


def _is_call(rest: str) -> bool:
    """Whether `rest` is one bracketed argument list and nothing else, so that the statement is valid as it is."""
    rest = _split_comment(rest)[0].strip()
    if not rest.startswith("(") or not rest.endswith(")"):
        return False
    depth = 0
    for index, character in enumerate(_blank_strings(rest)):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and index < len(rest) - 1:
            return False
    return depth == 0


def _except(text: str) -> str:
    return _EXCEPT.sub(r"except \1 as \2:", text)


def _raise(text: str) -> str:
    match = _RAISE.match(text)
    return f"raise {match[1]}({match[2]})" if match else text


def _parameters(text: str) -> str:
    if text.startswith("def "):
        text = _TUPLE_PARAMETER.sub(lambda m: m[1] + "_".join(re.findall(r"\w+", m[2])), text)
    return _LAMBDA_TUPLE.sub(r"lambda \1:", text)


def _literals(text: str) -> str:
    if not _LITERAL.search(text):
        return text
    joined = re.sub(r"\b[uU][rR](?=['\"])", "r", text)
    parts = _STRING.split(joined)
    return "".join(part if index % 2 else _LITERAL.sub(_modern_literal, part) for index, part in enumerate(parts))


def _modern_literal(match: re.Match[str]) -> str:
    octal, long_integer, unequal, quoted, _ = match.groups()
    if octal is not None:
        return f"0o{octal}" if octal.strip("0") else match[0]
    if long_integer is not None:
        return str(long_integer)
    return "!=" if unequal else f"repr({quoted})" if quoted else match[0]


_BLOCK = re.compile(
    r"^((?:if|elif|while|for|with)\b[^:\n'\"\[{]*|else\s*|try\s*|finally\s*"
    r"|except[^:\n'\"]*)(:[ \t]*)(?=(?:print|exec|raise)\b)"
)


def _one_line_block(text: str) -> tuple[str, str, str]:
    match = _BLOCK.match(text)
    return (_except(match[1] + ":")[:-1], match[2], text[match.end() :]) if match else (text, "", "")


def _blank_strings(text: str) -> str:
    return _STRING.sub(lambda match: "_" * len(match[0]), text)


def _split_comment(text: str) -> tuple[str, str]:
    position = _STRING.sub(lambda m: m[0] if m[0].startswith("#") else "_" * len(m[0]), text).find("#")
    return (text, "") if position < 0 else (text[:position], "  " + text[position:])


def _split_semicolons(text: str) -> list[str]:
    blank = _blank_strings(text)
    if ";" not in blank:
        return [text]
    cuts = [-1, *(index for index, character in enumerate(blank) if character == ";"), len(text)]
    return [
        text[left + 1 : right].strip()
        for left, right in zip(cuts, cuts[1:], strict=False)
        if text[left + 1 : right].strip()
    ]
