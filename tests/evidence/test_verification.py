from pathlib import Path

import pytest

from codefavor.errors import UserError
from codefavor.evidence.describe import describe
from codefavor.evidence.verification import verify
from codefavor.evidence.verify_pairs import PAIRS_FILE, verify_pairs
from codefavor.jsonl import read_records
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.evidence import CandidateEvidence, Evidence, Observed, OutcomeCode
from codefavor.pairs.fact import Fact, FactCode
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.sandbox.engine import Engine

LARGEST = "Return the largest number of a list.\n>>> largest([1, 3, 2])\n3"
GOOD = "def largest(x):\n    return max(x)"
BAD = "def largest(x):\n    return x[0]"
NAMED = "def largest(numbers):\n    return max(numbers)"


def pair(
    chosen: str,
    rejected: str,
    instruction: str = LARGEST,
    aspect: Aspect = Aspect.CORRECTNESS,
    method: str = "own",
    language: str = "python",
) -> PreferencePair:
    return PreferencePair(
        instruction=instruction,
        criterion=criterion_for(aspect),
        chosen=chosen,
        rejected=rejected,
        language=language,
        provenance=Provenance(method=method, source="test", source_id=chosen),
    )


def test_labels_are_confirmed_refuted_or_left(engine: Engine, tmp_path: Path) -> None:
    shell = "import subprocess\ndef run(x):\n    subprocess.call('ls ' + x, shell=True)"
    plain = "import subprocess\ndef run(x):\n    subprocess.call(['ls', x])"
    vague = "Write a function `largest(x: list)`."
    rows = [
        pair(GOOD, BAD),
        pair(BAD, GOOD),
        pair(GOOD, GOOD + "\n"),
        pair(plain, shell, "List a folder.", Aspect.SECURITY),
        pair(shell, plain, "List a folder.", Aspect.SECURITY),
        pair(GOOD, BAD, vague),
        pair(NAMED, NAMED.replace("max", "min"), "Do it.", method="regress-evol/wrong-end"),
        pair(GOOD, GOOD + " + 0", vague, method="regress-evol/no-change"),
        pair(GOOD, BAD, aspect=Aspect.HUMAN_PREFERENCE),
        pair("const largest = (x) => Math.max(...x);", "def largest(x): return max(x)", language="Ruby"),
        pair("const f = eval;", "x = 1", aspect=Aspect.SECURITY, language="javascript"),
    ]
    seen: list[int] = []
    out = tmp_path / "out"
    summary = verify_pairs(engine, 2, rows, out, 0, seen.append)
    verified = list(read_records(out / PAIRS_FILE, PreferencePair))
    assert [verify(row).mark for row in verified] == [
        "confirmed",
        "refuted",
        "untestable",
        "confirmed",
        "refuted",
        "untestable",
        "confirmed",
        "untestable",
        "untestable",
        "untestable",
        "untestable",
    ]
    assert [verify(row).reason for row in verified[-2:]] == [
        "Ruby is not run yet.",
        "JavaScript is not analysed yet.",
    ]
    assert verify(verified[6]).rule == "chosen as oracle"
    assert [row.id for row in verified] == [row.id for row in rows]
    assert (summary.total("confirmed"), summary.total("refuted"), summary.total("untestable")) == (3, 2, 6)
    assert seen[-1] == len(rows)


def test_a_run_that_was_cut_off_goes_on(engine: Engine, tmp_path: Path) -> None:
    rows = [pair(GOOD, BAD), pair(BAD, GOOD)]
    out = tmp_path / "out"
    verify_pairs(engine, 2, rows[:1], out, 0, lambda done: None)
    first = (out / PAIRS_FILE).read_text()
    with (out / PAIRS_FILE).open("a") as file:
        file.write('{"torn')
    summary = verify_pairs(engine, 2, rows, out, 0, lambda done: None)
    assert (summary.total("confirmed"), summary.total("refuted")) == (1, 1)
    assert (out / PAIRS_FILE).read_text().startswith(first)
    with pytest.raises(UserError, match=r"begun with other settings \(pairs\); choose another --out"):
        verify_pairs(engine, 2, rows[::-1], out, 0, lambda done: None)
    with pytest.raises(UserError, match="holds no such run; choose another --out"):
        verify_pairs(engine, 2, rows, tmp_path, 0, lambda done: None)


def test_a_pair_without_evidence_is_untestable() -> None:
    assert verify(pair(GOOD, BAD)).mark == "untestable"


def test_an_oracle_never_refutes_without_evidence_for_the_other() -> None:
    alike = Evidence(a=CandidateEvidence(), b=CandidateEvidence(), inputs=40)
    made = pair(GOOD, BAD, method="regress-evol/any").model_copy(update={"evidence": alike})
    assert verify(made).mark == "untestable"
    assert "agree on all 40" in verify(made).reason


def test_the_account_tells_what_was_not_had_and_what_ran_unsafely() -> None:
    syntax = Fact(code=FactCode.SYNTAX_ERROR, message="no", line=3)
    failure = Observed(code=OutcomeCode.RAISED, exception="SyntaxError", text="no")
    broken = CandidateEvidence(facts=(syntax,), load_failure=failure)
    lines = describe(Evidence(a=broken, b=CandidateEvidence(examples_passed=1), unsafe=True))
    assert "A: It is not Python 3: no in line 3." in lines and "A: does not load: SyntaxError: no" in lines
    assert "B: passes 1 examples, fails 0" in lines
    assert "this ran WITHOUT a sandbox (--engine unsafe)" in lines
