"""Compares what a candidate returned with what an instruction expects, on the trusted side, between plain values."""

import math
import re
from typing import Any

from codefavor.evidence.dialect import Dialect
from codefavor.evidence.example import WorkedExample
from codefavor.sandbox.inside.values import Kept, Opaque
from codefavor.sandbox.job import CallOutcome

RELATIVE_TOLERANCE = 1e-6


def same(expected: Any, got: Any) -> bool:
    """Return whether two decoded values are equal as Python sees it, floating-point numbers within a tolerance."""
    if isinstance(expected, Opaque) or isinstance(got, Opaque):
        return False
    if isinstance(got, Kept) or isinstance(expected, Kept):
        return _same_kept(expected, got)
    if isinstance(expected, float) or isinstance(got, float):
        return _same_number(expected, got)
    if isinstance(expected, list | tuple) and type(expected) is type(got):
        return len(expected) == len(got) and all(same(one, other) for one, other in zip(expected, got, strict=True))
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(same(expected[key], got[key]) for key in expected)
    return bool(expected == got)


def _same_kept(expected: Any, got: Any) -> bool:
    if isinstance(expected, Kept) and isinstance(got, Kept) and expected.type_name != got.type_name:
        return False
    return same(
        expected.content if isinstance(expected, Kept) else expected, got.content if isinstance(got, Kept) else got
    )


def _same_number(expected: Any, got: Any) -> bool:
    if not isinstance(expected, int | float | complex) or not isinstance(got, int | float | complex):
        return False
    if isinstance(expected, complex) or isinstance(got, complex):
        return abs(complex(expected) - complex(got)) <= RELATIVE_TOLERANCE * max(1.0, abs(expected))
    try:
        return math.isclose(expected, got, rel_tol=RELATIVE_TOLERANCE, abs_tol=1e-9) or (expected != expected != got)
    except OverflowError:
        return False


def passes(example: WorkedExample, outcome: CallOutcome, expected: Any, dialect: Dialect) -> bool | None:
    """Return whether an outcome is what the example asks for; None where that cannot be told.

    Args:
        example: what was asked.
        outcome: what came of it.
        expected: the decoded value of `example.expected`, for examples that compare with a value.
        dialect: the language of both.
    """
    if outcome.status in ("not run", "too large"):
        return None
    if example.kind == "raises":
        return outcome.raised is not None and example.expected in outcome.raised.bases
    if outcome.status != "returned":
        return False
    if example.kind == "prints":
        return _prints(example.expected, outcome, dialect)
    return dialect.same(expected, outcome.value)


def _prints(expected: str, outcome: CallOutcome, dialect: Dialect) -> bool:
    return _plain(expected) in map(_plain, (outcome.stdout, *dialect.printed(outcome.value)))


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text.replace('"', "'"))
