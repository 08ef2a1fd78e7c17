"""The names that programs may rely on: exactly these, each said what it is, at no cost until it is used."""

import inspect
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import codefavor
from codefavor import (
    Aspect,
    CodeFavorError,
    Comparison,
    Criterion,
    PreferencePair,
    RankSettings,
    Verdict,
    bench_judge,
    compare,
    load_judge,
    rank,
    train_judge,
    write_pairs,
)
from codefavor.errors import UserError
from codefavor.train.config import TrainConfig
from criterion_doors import INSTRUCTION, MEANS_NO_ASPECT, MEANS_SECURITY, NO_ASPECT, OPEN, SAFE

SURFACE = {
    "Aspect": "class",
    "BothOrders": "class",
    "CodeFavorError": "class",
    "Comparison": "class",
    "Criterion": "class",
    "Evidence": "class",
    "Judge": "class",
    "PreferencePair": "class",
    "Provenance": "class",
    "RankSettings": "class",
    "Ranking": "class",
    "TrlPairwiseJudge": "class",
    "Verdict": "class",
    "bench_judge": "function",
    "compare": "function",
    "criterion_for": "function",
    "evolve": "function",
    "load_judge": "function",
    "rank": "function",
    "read_pairs": "function",
    "train_judge": "function",
    "write_pairs": "function",
}
ADD_ONE = "Write f, which adds one.\n\n>>> f(1)\n2\n"
GOOD, BAD = "def f(x):\n    return x + 1\n", "def f(x):\n    return x\n"


def test_the_surface_is_exactly_this() -> None:
    assert sorted(codefavor.__all__) == sorted([*SURFACE, "__version__"]) == dir(codefavor)


@pytest.mark.parametrize(("name", "kind"), SURFACE.items())
def test_every_name_is_there_and_says_what_it_is(name: str, kind: str) -> None:
    found = getattr(codefavor, name)
    assert (inspect.isclass(found), inspect.isfunction(found)) == (kind == "class", kind == "function")
    assert inspect.getdoc(found) and found.__doc__


def test_functions_name_their_arguments_and_their_errors() -> None:
    for name in ("bench_judge", "compare", "evolve", "load_judge", "rank", "train_judge"):
        doc = inspect.getdoc(getattr(codefavor, name)) or ""
        assert all(f"{parameter}:" in doc for parameter in inspect.signature(getattr(codefavor, name)).parameters)
        assert "Raises:" in doc


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'prefer'"):
        codefavor.prefer  # noqa: B018


def run_alone(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_the_package_imports_nothing_else() -> None:
    loaded = "import sys; before = set(sys.modules); import codefavor; print(*sorted(set(sys.modules) - before))"
    others = {name.partition(".")[0] for name in run_alone(loaded).split()} - {"codefavor", *sys.stdlib_module_names}
    assert not others


def test_the_library_says_nothing_unless_its_log_is_asked_for() -> None:
    code = "import codefavor, logging, sys; sys.stderr = sys.stdout; logging.getLogger('codefavor.x').error('words')"
    assert run_alone(code) == ""
    assert (
        run_alone(code.replace("; logging.get", "; logging.basicConfig(); logging.get", 1)) == "ERROR:codefavor.x:words"
    )


def test_no_name_needs_torch() -> None:
    heavy = "{'torch', 'transformers', 'trl', 'peft', 'datasets'}"
    assert run_alone(
        f"import sys; from codefavor import *; print(len({heavy} & set(sys.modules)), compare.__name__)"
    ) == ("0 compare")


IMPORT_ALL = """
import importlib, pkgutil, sys
import codefavor

HOLD_TORCH = ("models", "train", "judges.trained", "llm.local", "llm.row_decoding")
RUN_INSIDE = ("sandbox.inside",)
left_out = tuple(f"codefavor.{name}" for name in (*HOLD_TORCH, *RUN_INSIDE))
imported = 0
for module in pkgutil.walk_packages(codefavor.__path__, "codefavor."):
    if module.name.startswith(left_out):
        continue
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:  # an optional package that is not installed
        assert not error.name.startswith("codefavor"), error
    imported += 1
print(imported > 300, sorted({"torch", "transformers", "trl", "peft"} & set(sys.modules)))
"""


def test_no_module_outside_the_packages_of_torch_imports_it() -> None:
    assert run_alone(IMPORT_ALL) == "True []"


@pytest.mark.parametrize("first", ["", "import codefavor.evolve.runner", "from codefavor import Ranking"])
def test_evolve_is_the_function_whatever_was_imported_before(first: str) -> None:
    code = f"{first}\nfrom codefavor import evolve\nfrom codefavor.evolve.seeds import *\nimport codefavor\n"
    assert run_alone(f"{code}print(evolve.__module__, codefavor.evolve is evolve)") == "codefavor.evolve.runner True"


def test_a_judge_is_trained_and_benched_by_two_calls(learnable_pairs: list[PreferencePair], tmp_path: Path) -> None:
    write_pairs(tmp_path / "pairs.jsonl", learnable_pairs)
    trained = train_judge(learnable_pairs[::2], TrainConfig.model_validate({"objective": "linear"}), tmp_path / "judge")
    assert (trained.pairs, trained.spec) == (12, f"model:{tmp_path / 'judge'}")
    result = bench_judge(trained.spec, tmp_path / "pairs.jsonl", tmp_path / "run")
    assert (result.judge, result.aspects["security"].tasks) == (trained.spec, 24)
    assert result.aspects["security"].accuracy > 0.9
    assert bench_judge(load_judge("first"), tmp_path / "pairs.jsonl", tmp_path / "first").settings.judge_files == {}
    with pytest.raises(UserError, match="begun with other settings"):
        bench_judge("longer", tmp_path / "pairs.jsonl", tmp_path / "run")


def test_records_load_no_numeric_library() -> None:
    names = "Comparison, Criterion, Evidence, PreferencePair, Verdict, read_pairs, write_pairs"
    assert run_alone(f"import sys; from codefavor import {names}; print('numpy' in sys.modules)") == "False"


def test_the_shorter_is_preferred_in_both_orders() -> None:
    verdict = compare("Add.", "xx", "x", judge="shorter", criterion="The better code is shorter.")
    assert (verdict.choice, verdict.judge) == ("B", "shorter (both orders)")
    assert compare("Add.", "x", "x", judge="shorter").undecided == "equal length"
    assert compare("Add.", "x", "xx", judge=load_judge("first")).undecided == "the two orders disagree"
    assert compare("Add.", "x", "xx", judge="first", orders="given").choice == "A"


def test_evidence_finds_the_code_that_fails_its_example() -> None:
    verdict = compare(ADD_ONE, BAD, GOOD, judge=load_judge("evidence"))
    assert verdict.choice == "B" and verdict.evidence is not None
    assert verdict.evidence.a.examples_failed[0].got.text == "1"


def test_without_a_judge_the_environments_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEFAVOR_JUDGE", "longer")
    assert compare("Add.", "x = 1", "x = 12").judge == "longer (both orders)"
    assert rank("Add.", ["x = 1", "x = 12"]).winner == 1


def test_a_criterion_in_words_is_judged_as_what_it_means() -> None:
    judge = load_judge("evidence")
    for words in MEANS_SECURITY:
        assert compare(INSTRUCTION, OPEN, SAFE, judge=judge, criterion=words).choice == "B"
        assert rank(INSTRUCTION, [OPEN, SAFE], judge=judge, criterion=words).winner == 1
    verdict = compare(INSTRUCTION, OPEN, SAFE, judge=judge, criterion=MEANS_NO_ASPECT)
    assert (verdict.choice, verdict.undecided) == (None, NO_ASPECT)
    assert rank(INSTRUCTION, [OPEN, SAFE], judge=judge, criterion=MEANS_NO_ASPECT).winner is None


def test_a_language_has_any_of_its_names_and_an_unknown_one_is_refused() -> None:
    judge = Noting()
    compare("Add.", "x", "y", judge=judge, language="JS")
    rank("Add.", ["x", "y"], judge=judge, language="C++")
    assert {each.language for each in judge.seen} == {"javascript", "cpp"}
    for ask in (
        lambda: compare("Add.", "x", "y", judge=judge, language="klingon"),
        lambda: rank("Add.", ["x"], language=""),
    ):
        with pytest.raises(UserError, match="^no language is called "):
            ask()


class Noting:
    """Prefers A and remembers what it was shown."""

    name = "noting"

    def __init__(self) -> None:
        self.seen: list[Comparison] = []

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        self.seen += comparisons
        return [Verdict(comparison=each.digest(), judge=self.name, choice="A") for each in comparisons]


def test_comments_are_stripped_as_by_the_command_line() -> None:
    for criterion, comments, code in (
        ("correctness", "stripped", "x = 1"),
        ("correctness", "kept", "x = 1  # one"),
        (Aspect.HUMAN_PREFERENCE, "stripped", "x = 1  # one"),
        (Criterion(text="Shorter."), "stripped", "x = 1  # one"),
    ):
        judge = Noting()
        compare("Set x.", "x = 1  # one", "x = 2", judge=judge, criterion=criterion, comments=comments)  # type: ignore[arg-type]
        assert [each.code_a for each in judge.seen] == [code, "x = 2"]


def test_candidates_are_ranked() -> None:
    ranking = rank("Add.", ["xxx", "x", "xx"], judge="shorter", criterion="Shorter.", settings=RankSettings(seed=3))
    assert (ranking.winner, [each.candidate for each in ranking.ranked]) == (1, [1, 2, 0])
    assert rank(ADD_ONE, [BAD, GOOD], judge="evidence").winner == 1
    assert rank(ADD_ONE, [GOOD]).judgements == 0


def test_what_is_no_text_and_no_judge_is_refused_in_one_sentence() -> None:
    with pytest.raises(UserError, match="^code_b: Input should be a valid string$"):
        compare("Add.", "x", None, judge="shorter")  # type: ignore[arg-type]
    with pytest.raises(UserError, match="^candidates: .*at least 1 item"):
        rank("Add.", [], judge="shorter")
    with pytest.raises(CodeFavorError, match="no judge is called 'best'"):
        compare("Add.", "x", "y", judge="best")
