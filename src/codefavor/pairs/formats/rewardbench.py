"""RewardBench's rows: `prompt`, `chosen`, `rejected`, `subset`, `id`.

The subset is the aspect, or "general" where the criterion has none; the id is the pair's. Criterion wording, feedback,
language and provenance have no place in the format. Of foreign rows a subset that is no aspect goes into the method
(`rewardbench/hep-python`), and the id names the problem.
"""

from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.formats.protocol import ColumnType, Row, RowDefaults, provenance_fields, row_id, text
from codefavor.pairs.pair import PreferencePair

_NO_ASPECT = "general"


class RewardBench:
    """Rows of the benchmark for reward models."""

    name = "rewardbench"
    complete = False
    columns: dict[str, ColumnType] = {
        "prompt": "text",
        "chosen": "text",
        "rejected": "text",
        "subset": "text",
        "id": "text",
    }

    def fields(self, row: Row, defaults: RowDefaults) -> Row:
        """Return the fields."""
        subset = text(row, "subset")
        criterion = criterion_for(Aspect(subset)) if subset in list(Aspect) else defaults.criterion
        return {
            "instruction": text(row, "prompt"),
            "criterion": criterion.model_dump(mode="json"),
            "chosen": text(row, "chosen"),
            "rejected": text(row, "rejected"),
            "language": defaults.language,
            "provenance": provenance_fields(f"{self.name}/{subset}", defaults, row_id(row, "id")),
        }

    def row(self, pair: PreferencePair) -> Row:
        """Return the row."""
        aspect = pair.criterion.aspect
        return {
            "prompt": pair.instruction,
            "chosen": pair.chosen,
            "rejected": pair.rejected,
            "subset": aspect.value if aspect else _NO_ASPECT,
            "id": pair.id,
        }
