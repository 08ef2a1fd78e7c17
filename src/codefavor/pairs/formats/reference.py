"""The rows of the paper's released code: `instruction`, `criteria`, `naive_code`, `improved_code`, `feedback`.

The aspect, the language and the provenance have no place in the format; absent feedback is written as an empty text.
"""

from codefavor.pairs.formats.protocol import ColumnType, Row, RowDefaults, problem_id, provenance_fields, text
from codefavor.pairs.pair import PreferencePair


class Reference:
    """Rows as Commit-Instruct and Critic-Evol of the paper write them."""

    name = "reference"
    complete = False
    columns: dict[str, ColumnType] = {
        "instruction": "text",
        "criteria": "text",
        "naive_code": "text",
        "improved_code": "text",
        "feedback": "text",
    }

    def fields(self, row: Row, defaults: RowDefaults) -> Row:
        """Return the fields; rows with one instruction share a group."""
        instruction = text(row, "instruction")
        return {
            "instruction": instruction,
            "criterion": {"text": text(row, "criteria"), "aspect": None},
            "chosen": text(row, "improved_code"),
            "rejected": text(row, "naive_code"),
            "feedback": row.get("feedback") or None,
            "language": defaults.language,
            "provenance": provenance_fields(self.name, defaults, problem_id(instruction)),
        }

    def row(self, pair: PreferencePair) -> Row:
        """Return the row."""
        return {
            "instruction": pair.instruction,
            "criteria": pair.criterion.text,
            "naive_code": pair.rejected,
            "improved_code": pair.chosen,
            "feedback": pair.feedback or "",
        }
