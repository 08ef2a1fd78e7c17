"""A report becomes an outcome; one that contradicts itself is a death."""

import pytest

from codefavor.sandbox.job import CallOutcome
from codefavor.sandbox.outcome import outcome_of
from codefavor.sandbox.wire import CallReport, Raised

RAISED = Raised("KeyError", ("KeyError", "LookupError"), "no", 3)


@pytest.mark.parametrize(
    ("report", "outcome"),
    [
        (
            CallReport(0, "returned", ["int", "0x7"], stdout="x", mutated=True),
            CallOutcome("returned", 7, None, "x", True),
        ),
        (CallReport(0, None, ["list", [None]]), CallOutcome("returned", [None])),
        (CallReport(0, "raised", raised=RAISED), CallOutcome("raised", raised=RAISED)),
        (CallReport(0, "raised", ["int", "0x7"], raised=RAISED), CallOutcome("raised", raised=RAISED)),
        (CallReport(0, "too large", ["int", "0x7"]), CallOutcome("too large")),
        (CallReport(0, "returned", packed=b"i\x07\0\0\0".hex()), CallOutcome("returned", 7)),
        (CallReport(0, "returned", ["int", "0x8"], packed="00"), CallOutcome("died")),
        (CallReport(0, "returned", packed=b"[\xff\xff\xff\x7f".hex()), CallOutcome("died")),
        (CallReport(0, "returned", packed=(b"[\x01\0\0\0" * 99 + b"N").hex()), CallOutcome("too large")),
        (CallReport(0, "timed out"), CallOutcome("timed out")),
        (CallReport(0, "raised"), CallOutcome("died")),
        (CallReport(0, "returned", 1), CallOutcome("died")),
        (CallReport(0, "returned", ["nothing", 1], stdout="x"), CallOutcome("died")),
    ],
)
def test_what_a_report_states(report: CallReport, outcome: CallOutcome) -> None:
    assert outcome_of(report) == outcome
    assert outcome_of(report, 5).fuel == 5
