import pytest

from codefavor.api import compare
from codefavor.evidence.decision import decide_correctness
from codefavor.judges.evidence import EvidenceJudge
from codefavor.judges.load import load_judge
from codefavor.pairs.circumstance import CircumstanceCode
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.evidence import (
    CandidateEvidence,
    Evidence,
    FailedExample,
    Incident,
    IncidentCode,
    Observed,
    OutcomeCode,
)
from codefavor.pairs.verdict import Verdict

MAXIMUM = "Return the largest number of a list.\n>>> largest([1, 3, 2])\n3"
GOOD = "def largest(x):\n    return max(x)"


def comparison(instruction: str, code_a: str, code_b: str, aspect: Aspect) -> Comparison:
    return Comparison(instruction=instruction, criterion=criterion_for(aspect), code_a=code_a, code_b=code_b)


def judged(*rows: tuple[str, str, str, Aspect]) -> list[Verdict]:
    return EvidenceJudge(workers=2).judge([comparison(*row) for row in rows])


def test_a_failed_example_decides_and_is_shown() -> None:
    bad = "def largest(x):\n    return x[0]"
    straight, swapped = judged(
        (MAXIMUM, GOOD, bad, Aspect.CORRECTNESS),
        (MAXIMUM, bad, GOOD, Aspect.CORRECTNESS),
    )
    assert (straight.choice, swapped.choice) == ("A", "B")
    assert straight.feedback is not None
    assert "largest([1, 3, 2]) should give 3, and gives 1" in straight.feedback
    assert straight.evidence is not None and swapped.evidence is not None
    assert straight.evidence.swapped() == swapped.evidence


@pytest.mark.parametrize(
    "bad",
    [
        "def largest(x):\n    return max(",
        "def biggest(x):\n    return max(x)",
        "import os\nos._exit(0)",
        "import sys\nsys.stdout.close()\ndef largest(x): raise SystemExit",
        "import builtins\nbuiltins.max = builtins.print = None\ndef largest(x):\n    return 0",
        "class Yes(int):\n    def __eq__(self, other): return True\ndef largest(x):\n    return Yes(1)",
        "def largest(x):\n    while True: print('x' * 1000)",
        "import os\nos.write(3, b'{\"layers\": {}}\\n')\ndef largest(x):\n    return x[0]",
    ],
)
def test_broken_and_hostile_candidates_lose_and_the_run_goes_on(bad: str) -> None:
    broken, plain = judged((MAXIMUM, bad, GOOD, Aspect.CORRECTNESS), (MAXIMUM, GOOD, GOOD + "\n", Aspect.CORRECTNESS))
    assert broken.choice == "B"
    assert plain.choice is None


@pytest.mark.parametrize(
    "lacking",
    [
        "import not_there\ndef largest(x):\n    return max(x)",
        "import socket\nsocket.create_connection(('example.org', 80))\ndef largest(x):\n    return max(x)",
    ],
)
def test_what_the_sandbox_lacks_is_no_fault(lacking: str) -> None:
    [verdict] = judged((MAXIMUM, lacking, GOOD, Aspect.CORRECTNESS))
    assert verdict.choice is None
    assert verdict.evidence is not None and verdict.evidence.has_circumstance(CircumstanceCode.NOT_RUN)


def test_an_example_that_both_fail_names_nobody() -> None:
    [verdict] = judged((MAXIMUM.replace("\n3", "\n7"), GOOD, GOOD + " + 0", Aspect.CORRECTNESS))
    assert verdict.choice is None
    assert verdict.undecided is not None and "fail with both candidates" in verdict.undecided


def test_a_difference_alone_names_nobody_and_is_shown() -> None:
    other = "def largest(x):\n    return max(x[:3])"
    [verdict] = judged((MAXIMUM, GOOD, other, Aspect.CORRECTNESS))
    assert verdict.choice is None and verdict.evidence is not None
    assert verdict.evidence.disagreements > 0
    difference = verdict.evidence.differences[0]
    assert difference.call.startswith("largest([") and difference.a != difference.b


def test_an_undefined_name_on_a_generated_input_decides() -> None:
    other = "def largest(x):\n    if len(x) < 6:\n        found = max(x)\n    return found"
    [verdict] = judged((MAXIMUM, GOOD, other, Aspect.CORRECTNESS))
    assert verdict.choice == "A"
    assert verdict.feedback is not None and "UnboundLocalError" in verdict.feedback


def test_less_work_wins_and_its_growth_is_told() -> None:
    instruction = "Say whether a list has duplicates.\n>>> twice([1, 2, 3, 4])\nFalse\n>>> twice([1, 2, 1])\nTrue"
    fast = "def twice(x):\n    return len(set(x)) < len(x)"
    slow = "def twice(x):\n    return any(x[i] == x[j] for i in range(len(x)) for j in range(i))"
    same = "def twice(items):\n    return len(set(items)) < len(items)"
    decided, close = judged((instruction, slow, fast, Aspect.EFFICIENCY), (instruction, fast, same, Aspect.EFFICIENCY))
    assert decided.choice == "B"
    assert decided.evidence is not None
    work = decided.evidence.a.work
    assert len(work) >= 3
    assert work[-1].fuel > 20 * work[0].fuel
    assert decided.evidence.a.growth is not None and decided.evidence.a.growth.exponent > 1.5
    assert close.choice is None and close.evidence is not None and close.evidence.work_comparison is not None
    assert abs(close.evidence.work_comparison.log_ratio) < 0.001


HIDDEN = "Sort a list of numbers.\n>>> order([3, 1, 2, 5, 4])\n[1, 2, 3, 4, 5]"


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("return sorted(x)", "return sorted(x + x)[::2]"),
        ("return sorted(x)", "seen = []\n    for i in x:\n        seen = seen + [i]\n    return sorted(seen)"),
        ("return sorted(x)", "return sorted(n for n in x if n in x)"),
    ],
)
def test_work_inside_c_functions_is_seen_and_measured_the_same_every_time(less: str, more: str) -> None:
    codes = [f"def order(x):\n    {body}" for body in (less, more)]
    first, second, swapped = judged(
        (HIDDEN, codes[0], codes[1], Aspect.EFFICIENCY),
        (HIDDEN, codes[0], codes[1], Aspect.EFFICIENCY),
        (HIDDEN, codes[1], codes[0], Aspect.EFFICIENCY),
    )
    assert (first.choice, second.choice, swapped.choice) == ("A", "A", "B")
    assert first.evidence is not None and second.evidence is not None
    assert first.evidence == second.evidence == (swapped.evidence and swapped.evidence.swapped())
    assert len(first.evidence.a.work) >= 3


@pytest.mark.parametrize(
    ("instruction", "fast", "slow"),
    [
        (
            "Say how often 1 occurs.\n>>> ones([1, 0, 1, 1])\n3",
            "import array\ndef ones(x):\n    return array.array('q', x).count(1)",
            "import array\ndef ones(x):\n    return max(array.array('q', x).count(1) for _ in range(5))",
        ),
        (
            "Say whether a text is nothing but a.\n>>> only('aaaaaaab')\nFalse\n>>> only('aaaaaaaaaaaa')\nTrue",
            "import re\ndef only(x):\n    return re.fullmatch('a+', x) is not None",
            "import re\ndef only(x):\n    return re.fullmatch('(a|a)+', x) is not None",
        ),
    ],
    ids=["of a module without bytecode", "that backtracks"],
)
def test_work_of_any_c_function_decides(instruction: str, fast: str, slow: str) -> None:
    different, same = judged((instruction, fast, slow, Aspect.EFFICIENCY), (instruction, fast, fast, Aspect.EFFICIENCY))
    assert (different.choice, same.choice) == ("A", None)
    assert different.evidence is not None and different.evidence.work_comparison is not None
    assert different.evidence.work_comparison.cheaper == "A"


def test_fewer_weaknesses_win() -> None:
    bad = "import subprocess\ndef run(x):\n    subprocess.call('ls ' + x, shell=True)"
    good = "import subprocess\ndef run(x):\n    subprocess.call(['ls', x])"
    [verdict] = judged(("List a folder.", bad, good, Aspect.SECURITY))
    assert verdict.choice == "B"
    assert verdict.feedback is not None and "CWE-78" in verdict.feedback


@pytest.mark.parametrize("aspect", [Aspect.CORRECTNESS, Aspect.EFFICIENCY, Aspect.SECURITY, Aspect.HUMAN_PREFERENCE])
def test_code_of_another_language_is_not_judged_by_the_syntax_of_python(aspect: Aspect) -> None:
    judge = load_judge("evidence")
    for codes in (("f = ->(x) { x + 1 }", "f = nil"), ("f = nil", "f = ->(x) { x + 1 }")):
        verdict = compare("Add one.", *codes, criterion=aspect, language="ruby", judge=judge)
        assert verdict.choice is None and verdict.undecided is not None
        assert "Ruby" in verdict.undecided or aspect is Aspect.HUMAN_PREFERENCE
        assert "Python" not in verdict.undecided


def test_it_abstains_with_the_reason() -> None:
    taste, other, none = judged(
        (MAXIMUM, GOOD, GOOD, Aspect.HUMAN_PREFERENCE),
        ("Do it.", "x = 1", "y = 1", Aspect.CORRECTNESS),
        ("Do it.", "x = 1", "y = 1", Aspect.EFFICIENCY),
    )
    for verdict in (taste, other, none):
        assert verdict.choice is None
        assert verdict.undecided


def test_it_is_loaded_by_its_spec() -> None:
    assert load_judge("evidence").name == "evidence"


def test_an_exception_on_a_generated_input_is_shown_and_does_not_decide() -> None:
    raised = Observed(code=OutcomeCode.RAISED, exception="IndexError")
    crash = Incident(code=IncidentCode.CRASH, call="f([])", got=raised)
    stopped = Observed(code=OutcomeCode.EXHAUSTED)
    endless = Incident(code=IncidentCode.ENDLESS, call="f(3)", got=stopped)
    fine = CandidateEvidence()
    assert decide_correctness(Evidence(a=fine, b=CandidateEvidence(incidents=(crash,))))[0] is None
    assert decide_correctness(Evidence(a=fine, b=CandidateEvidence(incidents=(endless,))))[0] == "A"
    failed = FailedExample(call="f(1)", expected="1", got=Observed(code=OutcomeCode.RETURNED, text="2"))
    both = Evidence(
        a=CandidateEvidence(examples_failed=(failed,)),
        b=CandidateEvidence(incidents=(endless,)),
    )
    assert decide_correctness(both)[0] == "B"
