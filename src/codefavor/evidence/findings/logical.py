"""Cuts Python-like text into logical lines, whatever its version and however broken it is.

A logical line is one statement's header: physical lines joined over open brackets, triple quotes and backslashes.
It reads characters, not grammar; whether a line is valid Python is `codefavor.evidence.findings.tolerant`'s business.
"""

import re
from dataclasses import dataclass

_OPENERS = {"(": ")", "[": "]", "{": "}"}
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
      | (?P<string>[A-Za-z]{0,2}(?P<quote>'''|\"\"\"|'|\"))
      | (?P<continued>\\\n)
      | (?P<open>[(\[{]) | (?P<close>[)\]}])
      | (?P<newline>\n)
      | [^\#'\"\\()\[\]{}\nA-Za-z]+ | [A-Za-z]+ | .""",
    re.VERBOSE,
)
_TRIPLE_END = {
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*"""', re.DOTALL),
    "'''": re.compile(r"(?:[^'\\]|\\.|'(?!''))*'''", re.DOTALL),
}
_SINGLE_END = {'"': re.compile(r'(?:[^"\\\n]|\\.)*"', re.DOTALL), "'": re.compile(r"(?:[^'\\\n]|\\.)*'", re.DOTALL)}


@dataclass(slots=True)
class LogicalLine:
    """One logical line of text, which may span several physical ones."""

    start: int
    """Number of the first physical line, from 0."""
    text: str
    """The text without its indentation and without the newline that ends it."""
    indent: int
    """Width of the indentation in columns, tabs counted to multiples of 8."""
    missing: str = ""
    """Closing quotes and brackets that the text would need at its end."""
    stray: bool = False
    """Whether a closing bracket came that nothing had opened."""

    @property
    def height(self) -> int:
        """How many physical lines it takes."""
        return self.text.count("\n") + 1

    @property
    def opens_block(self) -> bool:
        """Whether a colon ends it, comments aside."""
        bare = self.text if "#" not in self.text else re.sub(r"#[^\n'\"]*$", "", self.text)
        return bare.rstrip().endswith(":")

    @property
    def keyword(self) -> str:
        """The first word."""
        match = re.match(r"[A-Za-z_]\w*", self.text)
        return match.group() if match else ""


def logical_lines(text: str) -> list[LogicalLine]:
    """Return the logical lines of `text`, blank and comment-only lines left out."""
    lines: list[LogicalLine] = []
    position = number = 0
    while position < len(text):
        line, position, number = _read(text, position, number)
        if line.text and not line.text.startswith("#"):
            lines.append(line)
    return lines


def _read(text: str, start: int, number: int) -> tuple[LogicalLine, int, int]:
    """Read one logical line from `start`; return it with the position and line number after it."""
    stack: list[str] = []
    stray, quote, position = False, "", start
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            break
        position = token.end()
        if token["string"]:
            position, closed = _end_of_string(text, position, token["quote"])
            quote = "" if closed else token["quote"]
        elif token["open"]:
            stack.append(_OPENERS[token["open"]])
        elif token["close"]:
            if stack and stack[-1] == token["close"]:
                stack.pop()
            else:
                stray = True
        elif token["newline"] and (not stack or _starts_statement(text, position)):
            break
    raw = text[start:position]
    stripped = raw.lstrip(" \t\f")
    indent = len(raw[: len(raw) - len(stripped)].expandtabs(8))
    line = LogicalLine(number, stripped.rstrip(), indent, quote + "".join(reversed(stack)), stray)
    return line, position, number + raw.count("\n")


def _end_of_string(text: str, position: int, quote: str) -> tuple[int, bool]:
    """Return where the string ends and whether its closing quote is there."""
    closing = (_TRIPLE_END if len(quote) == 3 else _SINGLE_END)[quote].match(text, position)
    if closing:
        return closing.end(), True
    end = len(text) if len(quote) == 3 else text.find("\n", position)
    return (len(text) if end < 0 else end), len(quote) == 1


_STATEMENT = re.compile(
    r"[ \t]*(?:(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(|class[ \t]+\w+[ \t]*[(:]|@\w+[\w.]*[ \t]*(?:\(|\n)"
    r"|import[ \t]|return\b)"
)


def _starts_statement(text: str, position: int) -> bool:
    """Whether a new statement begins at `position` although brackets are open: the bracket was never closed."""
    return _STATEMENT.match(text, position) is not None
