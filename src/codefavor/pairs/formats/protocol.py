"""What a format is, and how a pair survives a format that has no place for all of it.

Every foreign format lacks something (a criterion, a provenance). What a row of the format cannot give back goes, as
JSON text, into one more column named `codefavor`, which other programs ignore; so reading what was written gives equal
pairs. In rows that others wrote the column is absent, and `RowDefaults` fills the gaps.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from codefavor.pairs.comparison import Side
from codefavor.pairs.criterion import GENERAL_CRITERION, Criterion
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record, content_digest

REST = "codefavor"
"""The column for what a format has no place for."""

ColumnType = Literal["text", "texts", "number", "real", "messages"]
"""What a column holds: a string, strings, an integer, a real number, or chat messages."""

Row = dict[str, Any]

Show = Callable[[str, str, str, str], str]
"""What makes a judge's text of instruction, code A, code B and criterion."""


class RowDefaults(Record):
    """What to assume where a foreign row has no value."""

    source: str
    """The source that provenance names."""
    criterion: Criterion = GENERAL_CRITERION
    """The criterion of pairs that come without one."""
    language: str = "python"
    """The programming language."""
    license: str | None = None
    """The licence of the file."""


class PairFormat(Protocol):
    """A mapping between the rows of a format and preference pairs.

    `fields` may raise `ValueError` with the reason where a row is not of the format.
    """

    @property
    def name(self) -> str:
        """The name that `--from` and `--to` take."""

    @property
    def complete(self) -> bool:
        """Whether its rows have a place for all of a pair."""

    @property
    def columns(self) -> Mapping[str, ColumnType]:
        """The columns of a row and what they hold, without `codefavor`."""

    def fields(self, row: Row, defaults: RowDefaults) -> Row:
        """Return the fields of a pair (see `PreferencePair`) that the row and `defaults` give."""

    def row(self, pair: PreferencePair) -> Row:
        """Return the row of a pair."""


def pair_of_row(pair_format: PairFormat, row: Row, defaults: RowDefaults) -> PreferencePair:
    """Return the pair that a row holds.

    Raises:
        ValueError: the row is not of the format (a `pydantic.ValidationError` where a field is at fault).
    """
    rest = row.get(REST)
    fields = pair_format.fields(row, defaults)
    return PreferencePair.model_validate(fields | _parse_rest(rest) if rest else fields)


def _parse_rest(rest: Any) -> Row:
    try:
        parsed = json.loads(rest)
    except (TypeError, json.JSONDecodeError):
        parsed = None
    if not isinstance(parsed, dict):
        raise ValueError(f"{REST}: the text of a JSON object was expected")
    return parsed


def row_of_pair(pair_format: PairFormat, pair: PreferencePair) -> Row:
    """Return the row that holds a pair, with what the format has no place for in the column `codefavor`."""
    row = pair_format.row(pair)
    if pair_format.complete:
        return row
    whole = pair.model_dump(mode="json")
    own_fields = _own_fields(pair_format, row)
    rest = {field: value for field, value in whole.items() if own_fields.get(field) != value}
    return row | {REST: json.dumps(rest, ensure_ascii=False)}


def _own_fields(pair_format: PairFormat, row: Row) -> Row:
    """Return the fields that the row itself gives, whatever a later reader assumes."""
    first, second = (
        pair_format.fields(row, RowDefaults(source=word, criterion=Criterion(text=word), language=word, license=word))
        for word in ("one", "another")
    )
    return {field: value for field, value in first.items() if second[field] == value}


def provenance_fields(pair_format: str, defaults: RowDefaults, source_id: str) -> Row:
    """Return the provenance of a pair that came in a foreign format."""
    return {
        "method": pair_format,
        "source": defaults.source,
        "source_id": source_id,
        "license": defaults.license,
        "model": None,
    }


def problem_id(instruction: str) -> str:
    """Return a group for rows that name no problem: rows with one instruction stay together."""
    return content_digest(instruction)


def side_of_chosen(pair: PreferencePair) -> Side:
    """Return where the better code stands in formats that show an order: a coin that depends on the content alone."""
    return "A" if int(pair.id, 16) % 2 == 0 else "B"


def text(row: Row, column: str) -> str:
    """Return a column that must hold a string.

    Raises:
        ValueError: it is missing or holds something else.
    """
    value = row.get(column)
    if not isinstance(value, str):
        raise ValueError(f"{column}: a string was expected" if column in row else f"{column}: Field required")
    return value


def row_id(row: Row, column: str) -> str:
    """Return a column that must hold an id, as text.

    Raises:
        ValueError: it is missing or is neither text nor an integer.
    """
    value = row.get(column)
    if not isinstance(value, str | int):
        raise ValueError(f"{column}: a string or an integer was expected")
    return str(value)
