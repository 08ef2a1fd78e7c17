from pathlib import Path

import pytest

from codefavor.errors import ModelError
from codefavor.judges.load import load_judge
from codefavor.judges.trained.difference import WEIGHTS_FILE, DifferenceJudge, reads_states
from codefavor.manifest import make_manifest
from codefavor.pairs.criterion import GENERAL_CRITERION, Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import DifferenceConfig
from codefavor.train.difference import train_difference
from conftest import judging_precisions


@pytest.fixture(scope="module")
def judge(tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "judge"
    config = DifferenceConfig(model=str(tiny_model), layers=2)
    train_difference(
        learnable_pairs, config, out, make_manifest("test", {}, [], None), resume=False, on_pairs=lambda _: None
    )
    return out


def test_the_order_of_the_candidates_never_matters(judge: Path, learnable_pairs: list[PreferencePair]) -> None:
    asked = [
        pair.present("A").comparison.model_copy(update={"criterion": criterion})
        for pair in learnable_pairs[:6]
        for criterion in (GENERAL_CRITERION, *map(criterion_for, Aspect))
    ]
    there = load_judge(f"model:{judge}").judge(asked)
    back = load_judge(f"model:{judge}").judge([each.swapped() for each in asked])
    for one, other in zip(there, back, strict=True):
        assert one.prob_a is not None and other.prob_a is not None
        assert one.prob_a == pytest.approx(1 - other.prob_a, abs=1e-6)


def test_states_have_no_say_on_correctness(judge: Path, learnable_pairs: list[PreferencePair]) -> None:
    assert [aspect for aspect in Aspect if not reads_states(criterion_for(aspect))] == [Aspect.CORRECTNESS]
    assert reads_states(GENERAL_CRITERION)
    shown = learnable_pairs[0].present("A").comparison
    right = shown.model_copy(update={"criterion": criterion_for(Aspect.CORRECTNESS)})
    silent, spoken = DifferenceJudge.load(judge).judge([right, shown])
    assert silent.cost is None
    assert spoken.cost is not None and spoken.cost.input_tokens > 0


@pytest.mark.parametrize("precision", judging_precisions())
def test_less_precision_is_near(judge: Path, learnable_pairs: list[PreferencePair], precision: str) -> None:
    shown = [pair.present("A").comparison for pair in learnable_pairs]
    exact, near = (load_judge(f"{prefix}model:{judge}").judge(shown) for prefix in ("", f"{precision}:"))
    assert near[0].judge == f"{precision}:model:{judge}"
    for one, other in zip(exact, near, strict=True):
        assert other.prob_a == pytest.approx(one.prob_a, abs=0.05)


def test_other_weights_are_refused(judge: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for file in judge.iterdir():
        (other / file.name).write_bytes(b"junk" if file.name == WEIGHTS_FILE else file.read_bytes())
    with pytest.raises(ModelError, match="not the weights of a difference judge"):
        DifferenceJudge.load(other)
