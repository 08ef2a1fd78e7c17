"""What is collected of one comparison, how often its candidates are parsed, and what breaks stays inside it."""

import ast
from collections.abc import Sequence
from typing import Any

import pytest

from codefavor.errors import SandboxError
from codefavor.evidence.candidate import tree_of
from codefavor.evidence.collect import COLLECTORS, collect
from codefavor.evidence.decision import decide
from codefavor.evidence.explain import explain
from codefavor.evidence.wanted import Wanted, wanted_for
from codefavor.languages.registry import BUILT_IN
from codefavor.pairs.circumstance import CircumstanceCode
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.evidence import CandidateEvidence, OutcomeCode
from codefavor.pairs.fact import FactCode
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import Job, JobResult

INSTRUCTION = "import math\n\nReturn the largest number of a list.\n>>> largest([1, 3, 2])\n3"
GOOD = "# first\nimport os\n\ndef largest(x):\n    return max(x)\n"
BAD = "# second\ndef largest(x):\n    return x[0]\n"
EVERYTHING = Wanted(examples=True, behaviour=True, cost=True, findings=True)
VERIFIABLE = (Aspect.CORRECTNESS, Aspect.EFFICIENCY, Aspect.SECURITY)


class Broken:
    """A engine in which every run ends with an exception."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def run(self, jobs: Sequence[Job]) -> list[JobResult]:
        raise self._error

    def run_one(self, job: Job) -> JobResult:
        return self.run([job])[0]


def comparison(code_a: str = GOOD, code_b: str = BAD, language: str = "python") -> Comparison:
    return Comparison(
        instruction=INSTRUCTION,
        criterion=criterion_for(Aspect.CORRECTNESS),
        code_a=code_a,
        code_b=code_b,
        language=language,
    )


def note_parses(monkeypatch: pytest.MonkeyPatch, mark: str) -> list[str]:
    """Return the list that every source with `mark` in it is noted in when it is parsed."""
    sources: list[str] = []
    parse = ast.parse

    def noted(source: Any, *arguments: Any, **keywords: Any) -> Any:
        sources.extend([source] if mark in str(source) else [])
        return parse(source, *arguments, **keywords)

    monkeypatch.setattr(ast, "parse", noted)
    return sources


@pytest.mark.parametrize("wanted", [EVERYTHING, *(wanted_for(aspect, 0) for aspect in Aspect)])
def test_each_candidate_is_parsed_once(engine: Engine, monkeypatch: pytest.MonkeyPatch, wanted: Wanted) -> None:
    tree_of.cache_clear()
    first, second = (note_parses(monkeypatch, mark) for mark in ("# first", "# second"))
    collect(engine, comparison(), wanted)
    run = [f"import math\n\n{code}" for code in (GOOD, BAD)]  # what is run is read on its own, for its work alone
    assert [code for code in first if code != run[0]] == [GOOD]
    assert [code for code in second if code != run[1]] == [BAD]
    assert wanted.cost or (first, second) == ([GOOD], [BAD])


def test_text_that_does_not_parse_is_parsed_again_only_as_repaired(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = "print 'second'\n"
    sources = note_parses(monkeypatch, "second")
    collect(engine, comparison(code_b=broken), EVERYTHING)
    assert sources == [broken, "print('second')"]


def test_facts_examples_incidents_and_work_are_codes_with_witnesses(engine: Engine) -> None:
    evidence = collect(engine, comparison(code_b="def biggest(x):\n    return 1 / 0"), EVERYTHING)
    [fact] = evidence.b.facts
    assert (fact.code, fact.name) == (FactCode.NO_ENTRY_POINT, "largest")
    [failed] = evidence.b.examples_failed
    assert (failed.got.code, failed.got.exception) == (OutcomeCode.RAISED, "NameError")
    assert evidence.a.facts == () and evidence.a.examples_passed == 1
    assert evidence.entry_point == "largest" and evidence.disagreements == evidence.inputs > 0
    unloaded = collect(engine, comparison(code_b="raise KeyError('x')"), EVERYTHING)
    assert unloaded.b.load_failure is not None
    assert (unloaded.b.load_failure.exception, unloaded.b.load_failure.text) == ("KeyError", "'x'")
    assert [circumstance.code for circumstance in unloaded.circumstances] == [CircumstanceCode.NOT_LOADED]


@pytest.mark.parametrize("aspect", VERIFIABLE)
@pytest.mark.parametrize(
    ("language", "title"),
    [("ruby", "Ruby"), ("TS", "TypeScript"), ("c++", "C++"), ("Whitespace", "whitespace")],
)
def test_a_language_that_is_not_run_gives_no_verdict_and_is_named(aspect: Aspect, language: str, title: str) -> None:
    foreign = comparison("const largest = (x) => Math.max(...x);", "largest = null", language)
    evidence = collect(Broken(AssertionError("nothing is run")), foreign, wanted_for(aspect, 0))
    assert (evidence.a, evidence.b) == (CandidateEvidence(), CandidateEvidence())
    for either in (evidence, evidence.swapped()):
        decision = decide(aspect, either)
        verb = "analysed" if aspect is Aspect.SECURITY else "run"
        assert decision.side is None
        assert explain(aspect, either, decision) == f"{title} is not {verb} yet."


def test_the_languages_that_run_are_those_that_evidence_is_collected_in() -> None:
    assert {language.name for language in BUILT_IN if language.runs} == set(COLLECTORS)


@pytest.mark.parametrize("language", ["python", "Python", "py", "Python 3"])
def test_python_is_python_however_it_is_written(engine: Engine, language: str) -> None:
    evidence = collect(engine, comparison(language=language), wanted_for(Aspect.CORRECTNESS, 0))
    assert decide(Aspect.CORRECTNESS, evidence).side == "A"


@pytest.mark.parametrize("error", [RecursionError(), MemoryError(), ValueError("no"), AttributeError("no")])
def test_what_breaks_in_one_comparison_is_missing_from_its_evidence(error: Exception) -> None:
    for aspect in (Aspect.CORRECTNESS, Aspect.EFFICIENCY):
        evidence = collect(Broken(error), comparison(), wanted_for(aspect, 0))
        [circumstance] = evidence.circumstances
        assert (circumstance.code, circumstance.name) == (CircumstanceCode.ANALYSIS_FAILED, type(error).__name__)
        assert (evidence.a, evidence.b) == (CandidateEvidence(), CandidateEvidence())
        decision = decide(aspect, evidence)
        assert decision.side is None and type(error).__name__ in explain(aspect, evidence, decision)


def test_an_analyser_that_breaks_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("codefavor.evidence.findings.analyse.flows", broken)
    evidence = collect(Broken(AssertionError()), comparison(), wanted_for(Aspect.SECURITY, 0))
    decision = decide(Aspect.SECURITY, evidence)
    assert decision.side is None and "ZeroDivisionError" in explain(Aspect.SECURITY, evidence, decision)


@pytest.mark.parametrize("error", [SandboxError("no layers"), KeyboardInterrupt()])
def test_a_sandbox_that_fails_and_an_interrupt_end_the_run(error: BaseException) -> None:
    with pytest.raises(type(error)):
        collect(Broken(error), comparison(), wanted_for(Aspect.CORRECTNESS, 0))
