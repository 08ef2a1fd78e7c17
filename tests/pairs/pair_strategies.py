"""Generated pairs, shared by the tests of this room."""

from hypothesis import strategies as st

from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, Criterion
from codefavor.pairs.evidence import CandidateEvidence, Evidence
from codefavor.pairs.pair import PreferencePair, Provenance

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
criteria = st.builds(Criterion, text=texts, aspect=st.none() | st.sampled_from(Aspect))
candidates = st.builds(CandidateEvidence, parses=st.booleans())
evidences = st.builds(Evidence, a=candidates, b=candidates)
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
