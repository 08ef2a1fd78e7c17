"""Themis' rows, of its benchmark and of its training data: preferences of code in eight languages by five criteria.

The benchmark (project-themis/Themis-CodeRewardBench) has `prompt`, `chosen`, `rejected`, `language`, `aspect`, `subset`
and `id`; the training data (Themis-CodePreference, Themis-GeneralPreference) has `system`, `input`, `chosen`,
`rejected`, `language` and `aspect` as numbers of a class, `source` and `idx`. Both are read, the first is written.
Source: the dataset cards on the Hugging Face hub (arXiv 2605.00754). `system` is for their reward model and is left
out. The wording of criteria is ours; feedback and the rest of provenance have no place in the format.
"""

from codefavor.pairs.criterion import Aspect, Criterion, criterion_for
from codefavor.pairs.formats.protocol import ColumnType, Row, RowDefaults, provenance_fields, row_id, text
from codefavor.pairs.pair import PreferencePair

LANGUAGES = ("JavaScript", "Python", "Ruby", "C++", "C", "Go", "Java", "C#", "NL")
"""The classes of `language` in the training data, by number; NL is natural language."""
ASPECTS = (
    "Readability and Maintainability",
    "Runtime Efficiency",
    "Security Hardness",
    "Functional Correctness",
    "Memory Efficiency",
    "Helpfulness",
    "Harmlessness",
)
"""The classes of `aspect` in the training data, by number."""
_CRITERIA = {
    "functional correctness": criterion_for(Aspect.CORRECTNESS),
    "runtime efficiency": criterion_for(Aspect.EFFICIENCY),
    "security hardness": criterion_for(Aspect.SECURITY),
    "memory efficiency": Criterion(text="The better code does the same work with less memory."),
    "readability maintainability": Criterion(text="The better code is easier to read and to maintain."),
    "helpfulness": Criterion(text="The better answer helps more with what was asked."),
    "harmlessness": Criterion(text="The better answer does less harm."),
}
_NAMES = {
    Aspect.CORRECTNESS: "Functional_Correctness",
    Aspect.EFFICIENCY: "Runtime_Efficiency",
    Aspect.SECURITY: "Security_Hardness",
}
_NO_ASPECT = "General"


class Themis:
    """Rows of the benchmark and of the training data of Themis."""

    name = "themis"
    complete = False
    columns: dict[str, ColumnType] = {
        "prompt": "text",
        "chosen": "text",
        "rejected": "text",
        "language": "text",
        "aspect": "text",
        "subset": "text",
        "id": "text",
    }

    def fields(self, row: Row, defaults: RowDefaults) -> Row:
        """Return the fields; an aspect that is not known leaves the criterion to `defaults`."""
        of_training = "input" in row
        origin = text(row, "source" if of_training else "subset")
        source_id = row_id(row, "idx" if of_training else "id")
        aspect = _class(row, "aspect", ASPECTS)
        criterion = _CRITERIA.get(_plain(aspect), defaults.criterion)
        return {
            "instruction": text(row, "input" if of_training else "prompt"),
            "criterion": criterion.model_dump(mode="json"),
            "chosen": text(row, "chosen"),
            "rejected": text(row, "rejected"),
            "language": _class(row, "language", LANGUAGES).lower(),
            "provenance": provenance_fields(f"{self.name}/{origin}", defaults, source_id),
        }

    def row(self, pair: PreferencePair) -> Row:
        """Return the row, in the shape of the benchmark."""
        aspect = pair.criterion.aspect
        return {
            "prompt": pair.instruction,
            "chosen": pair.chosen,
            "rejected": pair.rejected,
            "language": pair.language,
            "aspect": _NAMES.get(aspect, _NO_ASPECT) if aspect else _NO_ASPECT,
            "subset": pair.provenance.method,
            "id": pair.id,
        }


def _class(row: Row, column: str, names: tuple[str, ...]) -> str:
    value = row.get(column)
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value < len(names):
            raise ValueError(f"{column}: {value} is none of the {len(names)} classes")
        return names[value]
    return text(row, column)


def _plain(aspect: str) -> str:
    words = aspect.replace("_", " ").replace("&", " ").lower().split()
    return " ".join(word for word in words if word != "and")
