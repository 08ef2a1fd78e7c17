"""What a cascade is made of: its stages with their thresholds, and what was found of them on calibration tasks.

A `cascade.json` holds one. `codefavor.bench.cascade` finds the thresholds.
"""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from codefavor.errors import ModelError, UserError
from codefavor.manifest import Manifest
from codefavor.record import Record, explain

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]

UNCALIBRATED = 0.9
"""The confidence that all stages but the last need where nothing was calibrated; the last one needs none."""


class CascadeStage(Record):
    """One judge of a cascade."""

    spec: str
    """The judge."""
    threshold: Share | None
    """The minimum confidence for an answer; None for a stage that never answers."""


class CascadeGuarantee(Record):
    """What holds of the error among answered comparisons, and what it was derived from."""

    target: Share
    """The error among answered comparisons that is not exceeded."""
    delta: Share
    """The probability, over the draw of the calibration tasks, that it is exceeded all the same."""
    problems: Count
    """The problems that the certificate rests on, one task of each."""
    answered: Count
    """How many of them were answered."""
    errors: Count
    """How many of those wrongly."""
    p_value: Share
    """The binomial tail: how probable so few errors are if the error were the target."""
    data: dict[str, str]
    """SHA-256 of the calibration files, by name."""


class CascadeCard(Record):
    """The content of a `cascade.json`."""

    stages: Annotated[tuple[CascadeStage, ...], Field(min_length=1)]
    """The judges, in the order in which they are asked."""
    guarantee: CascadeGuarantee | None = None
    """What holds of its errors; None where nothing was calibrated."""
    manifest: Manifest | None = None
    """What made it."""


def read_cascade(argument: str) -> CascadeCard:
    """Return the cascade of a `cascade.json`, or of specs joined by ">".

    Raises:
        UserError: a spec is empty, or there is one alone.
        ModelError: the file is missing or malformed.
    """
    if ">" not in argument:
        return _read_file(Path(argument))
    specs = [spec.strip() for spec in argument.split(">")]
    if not all(specs):
        raise UserError(f"cascade:{argument}: a stage without a judge; write cascade:evidence>model:FOLDER")
    thresholds = [UNCALIBRATED] * (len(specs) - 1) + [0.5]
    stages = [CascadeStage(spec=spec, threshold=threshold) for spec, threshold in zip(specs, thresholds, strict=True)]
    return CascadeCard(stages=tuple(stages))


def _read_file(path: Path) -> CascadeCard:
    try:
        return CascadeCard.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise ModelError(f"{path}: not a cascade: {explain(error)}") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ModelError(
            f"{path}: {reason}; a cascade is a file of `codefavor bench calibrate-cascade`, or judges joined by '>'"
        ) from None
