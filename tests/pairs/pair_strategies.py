"""Generated pairs, shared by the tests of this room."""

from hypothesis import strategies as st

from codefavor.pairs.circumstance import Circumstance, CircumstanceCode
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, Criterion
from codefavor.pairs.evidence import (
    CandidateEvidence,
    Difference,
    Evidence,
    FailedExample,
    Incident,
    IncidentCode,
    Observed,
    OutcomeCode,
)
from codefavor.pairs.fact import Fact, FactCode
from codefavor.pairs.pair import PreferencePair, Provenance

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
criteria = st.builds(Criterion, text=texts, aspect=st.none() | st.sampled_from(Aspect))
outcomes = st.builds(Observed, code=st.sampled_from(OutcomeCode), text=texts, exception=st.none() | texts)
facts = st.builds(Fact, code=st.sampled_from(FactCode), name=st.none() | texts, line=st.none() | st.integers(0, 9))
incidents = st.builds(Incident, code=st.sampled_from(IncidentCode), call=st.none() | texts, got=st.none() | outcomes)
candidates = st.builds(
    CandidateEvidence,
    facts=st.tuples(facts),
    load_failure=st.none() | outcomes,
    examples_failed=st.tuples(st.builds(FailedExample, call=texts, expected=texts, got=outcomes)),
    incidents=st.tuples(incidents),
)
circumstances = st.builds(Circumstance, code=st.sampled_from(CircumstanceCode), name=st.none() | texts)
evidences = st.builds(
    Evidence,
    a=candidates,
    b=candidates,
    differences=st.tuples(st.builds(Difference, call=texts, a=outcomes, b=outcomes)),
    circumstances=st.tuples(circumstances),
)
provenances = st.builds(
    Provenance,
    method=texts,
    source=texts,
    source_id=texts,
    license=st.none() | texts,
    model=st.none() | texts,
)
pairs = st.builds(
    lambda codes, **fields: PreferencePair(chosen=codes[0], rejected=codes[1], **fields),
    st.tuples(texts, texts).filter(lambda codes: codes[0] != codes[1]),
    instruction=texts,
    criterion=criteria,
    feedback=st.none() | texts,
    language=st.sampled_from(["python", "rust"]),
    provenance=provenances,
    evidence=st.none() | evidences,
)
comparisons = st.builds(
    Comparison, instruction=texts, criterion=criteria, code_a=texts, code_b=texts, language=st.just("python")
)


def make_pair(
    chosen: str = "x = 1",
    rejected: str = "x = 22",
    problem: str = "p",
    aspect: Aspect | None = Aspect.CORRECTNESS,
    license: str | None = "MIT",
    language: str = "python",
) -> PreferencePair:
    """Return a plain pair where only what a test is about differs."""
    return PreferencePair(
        instruction=f"Do {problem}.",
        criterion=Criterion(text="better", aspect=aspect),
        chosen=chosen,
        rejected=rejected,
        language=language,
        provenance=Provenance(method="by-hand", source="tests", source_id=problem, license=license),
    )
