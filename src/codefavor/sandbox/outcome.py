"""From what a candidate's side reported of a call to its outcome, decoded on the trusted side."""

from codefavor.sandbox.inside.values import TooLarge, decode
from codefavor.sandbox.job import CallOutcome
from codefavor.sandbox.unpacking import unpack
from codefavor.sandbox.wire import CallReport


def outcome_of(report: CallReport, fuel: int | None = None) -> CallOutcome:
    """Return the outcome that a report states; one that contradicts itself is a candidate's, and counts as a death."""
    raised, value = None, None
    if report.ended == "raised":
        if report.raised is None:
            return CallOutcome("died", fuel=fuel)
        raised = report.raised
    elif report.ended in ("returned", None):
        try:
            value = decode(report.value) if report.packed is None else unpack(report.packed)
        except TooLarge:
            return CallOutcome("too large", fuel=fuel)
        except ValueError:
            return CallOutcome("died", fuel=fuel)
    return CallOutcome(
        report.ended or "returned",
        value=value,
        raised=raised,
        stdout=report.stdout or "",
        mutated=report.mutated,
        fuel=fuel,
    )
