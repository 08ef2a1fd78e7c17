from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codefavor.errors import DataError, ModelError
from codefavor.judges.linear import FEATURES, LinearJudge, aspect_of, tokens
from codefavor.manifest import make_manifest
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION, Aspect, Criterion, criterion_for
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import LinearConfig
from codefavor.train.linear import fit_linear, train_linear
from made_pairs import make_pair

CODE = st.lists(st.sampled_from(["x", "=", "md5", "sha256", "(", ")", "\n", "'%s'", "for", "1234", "a_name", "#", "'"]))
JUDGE = LinearJudge("linear", np.random.default_rng(1).normal(size=FEATURES))


def _pair(n: int, chosen: str, rejected: str) -> PreferencePair:
    return make_pair(chosen, rejected, Aspect.SECURITY, instruction="Hash the input.", source_id=n)


PAIRS = [
    _pair(n, f"import hashlib\nvalue_{n} = hashlib.sha256(b)", f"import hashlib\nvalue_{n} = hashlib.md5(b)")
    for n in range(12)
]


@settings(max_examples=60, deadline=None)
@given(CODE, CODE, st.sampled_from([*Aspect, None]))
def test_the_order_of_the_candidates_never_matters(a: list[str], b: list[str], aspect: Aspect | None) -> None:
    criterion = criterion_for(aspect) if aspect else GENERAL_CRITERION
    compared = Comparison(instruction="", criterion=criterion, code_a=" ".join(a), code_b=" ".join(b))
    verdict, swapped = JUDGE.judge([compared, compared.swapped()])
    assert verdict.prob_a is not None and swapped.prob_a is not None
    assert verdict.prob_a == 1 - swapped.prob_a
    assert swapped.for_swapped(compared).choice == verdict.choice


def test_equal_candidates_are_a_tie() -> None:
    compared = Comparison(instruction="", criterion=GENERAL_CRITERION, code_a="x = 1", code_b="x  =  1")
    assert [verdict.choice for verdict in JUDGE.judge([compared])] == ["tie"]


def test_it_learns_what_tells_the_better_code_and_carries_it_over() -> None:
    judge = fit_linear(PAIRS, "stripped")
    unseen = _pair(99, "def f(x):\n    return hashlib.sha256(x)", "def f(x):\n    return hashlib.md5(x)")
    assert [verdict.choice for verdict in judge.judge([unseen.present("A").comparison])] == ["A"]
    assert [verdict.choice for verdict in judge.judge([unseen.present("B").comparison])] == ["B"]


def test_one_pair_is_enough_to_fit() -> None:
    judge = fit_linear(PAIRS[:1], "stripped")
    assert judge.judge([PAIRS[1].present("B").comparison])[0].choice == "B"


def test_a_saved_judge_answers_as_before(tmp_path: Path) -> None:
    out = tmp_path / "judge"
    train_linear(PAIRS, LinearConfig(), out, make_manifest("test", {}, [], None))
    compared = [pair.present("A").comparison for pair in PAIRS]
    expected = [verdict.prob_a for verdict in fit_linear(PAIRS, "stripped").judge(compared)]
    loaded = LinearJudge.load(out)
    assert [verdict.prob_a for verdict in loaded.judge(compared)] == pytest.approx(expected, abs=1e-6)
    assert loaded.name == f"model:{out}"


def test_a_folder_that_holds_no_linear_judge_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "judge"
    train_linear(PAIRS, LinearConfig(), out, make_manifest("test", {}, [], None))
    (out / "linear.safetensors").write_bytes(b"junk")
    with pytest.raises(ModelError, match="not the weights of a linear judge"):
        LinearJudge.load(out)
    with pytest.raises(DataError, match="no pairs"):
        fit_linear([], "stripped")


def test_texts_are_taken_apart_and_remarks_are_not_read() -> None:
    assert tokens("q = 'a %s' # md5\nN = 12345") == ["q", "=", "'", "''", "'a", "'%s", "''", "n", "=", "number"]


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("Which is safer from attack?", "security"),
        ("Prefer the fast code with low memory.", "efficiency"),
        ("It should be free of bugs and correct.", "correctness"),
        ("The better code is of higher quality.", None),
    ],
)
def test_the_aspect_is_read_from_the_words(text: str, aspect: str | None) -> None:
    assert aspect_of(Criterion(text=text)) == aspect
    assert aspect_of(Criterion(text=text, aspect=Aspect.SECURITY)) == "security"
