"""A pair as a person reads it in a terminal: the rejected and the chosen code side by side.

Codes are foreign: control characters are shown as escapes, so that no text can steer the terminal.
"""

import unicodedata

from rich.console import Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from codefavor.languages.diff import DiffRow, side_by_side
from codefavor.pairs.pair import PreferencePair

_LEFT_STYLES = {"removed": "on #4b1818", "changed": "on #4b1818"}
_RIGHT_STYLES = {"added": "on #16391c", "changed": "on #16391c"}


def visible(text: str) -> str:
    """Return `text` with every control and formatting character but newline and tab as an escape."""
    return "".join(
        character
        if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf"}
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def render_pair(pair: PreferencePair) -> RenderableType:
    """Return the pair with its instruction, criterion, feedback and provenance above the two codes."""
    head = Table.grid(padding=(0, 2))
    head.add_column(style="bold")
    head.add_column()
    for label, value in _facts(pair).items():
        head.add_row(label, Text(visible(value)))
    return Group(head, Text(), _codes(pair))


def _facts(pair: PreferencePair) -> dict[str, str]:
    origin, aspect = pair.provenance, pair.criterion.aspect
    license_name = f", {origin.license}" if origin.license else ""
    facts = {
        "id": pair.id,
        "instruction": pair.instruction,
        "criterion": f"{pair.criterion.text} [{aspect}]" if aspect else pair.criterion.text,
        "origin": f"{origin.method} from {origin.source}, {origin.source_id}{license_name}",
    }
    return facts | ({"feedback": pair.feedback} if pair.feedback else {})


def _codes(pair: PreferencePair) -> Table:
    left, right = visible(pair.rejected), visible(pair.chosen)
    left_lines, right_lines = _highlight(left, pair.language), _highlight(right, pair.language)
    table = Table(expand=True, padding=(0, 1), show_lines=False)
    for title in ("rejected", "chosen"):
        table.add_column("", justify="right", style="dim", no_wrap=True)
        table.add_column(title, ratio=1, overflow="fold")
    for row in side_by_side(left, right):
        table.add_row(*_cells(row, left_lines, right_lines))
    return table


def _cells(row: DiffRow, left: list[Text], right: list[Text]) -> list[Text]:
    cells = []
    for number, lines, style in (
        (row.left_number, left, _LEFT_STYLES.get(row.kind, "")),
        (row.right_number, right, _RIGHT_STYLES.get(row.kind, "")),
    ):
        if number is None:
            cells += [Text(), Text()]
            continue
        line = lines[number - 1].copy()
        line.stylize(style)
        cells += [Text(f"{number}{'' if row.kind == 'same' else '*'}"), line]
    return cells


def _highlight(code: str, language: str) -> list[Text]:
    """Return the lines of `code` coloured; what `splitlines` calls a line is one, as in the diff."""
    lines = code.splitlines()
    coloured = Syntax("", language, theme="ansi_dark").highlight("\n".join(lines)).split("\n", allow_blank=True)
    return list(coloured)[: len(lines)]
