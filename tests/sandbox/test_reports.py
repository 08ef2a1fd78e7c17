"""No line that a candidate may write breaks the reader."""

import json

from hypothesis import given
from hypothesis import strategies as st

from codefavor.sandbox.reports import read_report
from codefavor.sandbox.wire import ENDINGS, MAX_TEXT, CallReport, to_json

DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = CallReport(0).__dict__.keys() - {"call"}
FORGED = st.fixed_dictionaries({"call": DATA}, optional={name: DATA for name in FIELDS})
RAISED = st.fixed_dictionaries(
    {
        "call": st.just(0),
        "ended": st.just("raised"),
        "raised": st.dictionaries(st.sampled_from(["bases", "line"]), DATA),
    }
)


@given(st.text() | (FORGED | RAISED | DATA).map(json.dumps))
def test_no_line_breaks_the_reader(line: str) -> None:
    report = read_report(line)
    if isinstance(report, CallReport):
        assert report.raised is None or report.raised.line is None or report.raised.line >= 0
        assert report.ended is None or report.ended in ENDINGS
        assert report.mutated is None or isinstance(report.mutated, bool)
        assert len(report.stdout or "") <= MAX_TEXT
        to_json(report).encode()
