"""codefavor's own rows: the record as it is, and as a flat table for containers that want one type a column.

Both hold everything; the table keeps evidence as JSON text, since its shape differs from pair to pair.
"""

import json

from codefavor.pairs.formats.protocol import ColumnType, Row, RowDefaults, text
from codefavor.pairs.pair import PreferencePair


class Native:
    """The record's own fields, as written by `codefavor.jsonl`; nested, so containers with columns take `Table`."""

    name = "codefavor"
    complete = True
    columns: dict[str, ColumnType] = {}

    def fields(self, row: Row, defaults: RowDefaults) -> Row:
        """Return the row, which says everything itself."""
        return row

    def row(self, pair: PreferencePair) -> Row:
        """Return the record, leaving out what is not known."""
        return pair.model_dump(mode="json", exclude_none=True)


class Table:
    """One column a fact: the criterion and the provenance are spread out."""

    name = "table"
    complete = True
    columns: dict[str, ColumnType] = {
        "instruction": "text",
        "criterion": "text",
        "aspect": "text",
        "chosen": "text",
        "rejected": "text",
        "feedback": "text",
        "language": "text",
        "method": "text",
        "source": "text",
        "source_id": "text",
        "license": "text",
        "model": "text",
        "evidence": "text",
    }

    def fields(self, row: Row, defaults: RowDefaults) -> Row:
        """Return the fields gathered again.

        Raises:
            ValueError: a column is missing, or the evidence is no JSON.
        """
        evidence = row.get("evidence")
        return {
            "instruction": text(row, "instruction"),
            "criterion": {"text": text(row, "criterion"), "aspect": row.get("aspect")},
            "chosen": text(row, "chosen"),
            "rejected": text(row, "rejected"),
            "feedback": row.get("feedback"),
            "language": row.get("language", defaults.language),
            "provenance": {
                "method": text(row, "method"),
                "source": text(row, "source"),
                "source_id": text(row, "source_id"),
                "license": row.get("license", defaults.license),
                "model": row.get("model"),
            },
            "evidence": json.loads(evidence) if evidence else None,
        }

    def row(self, pair: PreferencePair) -> Row:
        """Return the pair spread out."""
        provenance = pair.provenance
        return {
            "instruction": pair.instruction,
            "criterion": pair.criterion.text,
            "aspect": pair.criterion.aspect and pair.criterion.aspect.value,
            "chosen": pair.chosen,
            "rejected": pair.rejected,
            "feedback": pair.feedback,
            "language": pair.language,
            "method": provenance.method,
            "source": provenance.source,
            "source_id": provenance.source_id,
            "license": provenance.license,
            "model": provenance.model,
            "evidence": json.dumps(pair.evidence.model_dump(mode="json")) if pair.evidence else None,
        }
