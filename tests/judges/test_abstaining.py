from pathlib import Path

import pytest

from codefavor.judges.abstaining import AbstainingJudge
from codefavor.judges.baseline import LengthJudge
from codefavor.judges.card import Abstention, Calibration, read_card, write_card
from codefavor.judges.load import load_judge
from codefavor.judges.training_groups import (
    TRAINING_GROUPS_FILE,
    training_groups_among,
    write_training_groups,
    write_union,
)
from codefavor.manifest import make_manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import LinearConfig
from codefavor.train.linear import train_linear


@pytest.fixture
def linear(tmp_path: Path, learnable_pairs: list[PreferencePair]) -> Path:
    folder = tmp_path / "linear"
    train_linear(learnable_pairs, LinearConfig(), folder, make_manifest("train", {}, [], 0))
    return folder


def calibrate(folder: Path, temperature: float, below: float | None = None) -> None:
    abstain = None
    if below is not None:
        figures = {"target": 0.1, "delta": 0.1, "problems": 9, "answered": 9, "errors": 0, "max_error": 0.1}
        abstain = Abstention.model_validate({"below": below, **figures})
    calibration = Calibration(temperature=temperature, pairs=100, abstain=abstain)
    write_card(folder, read_card(folder).model_copy(update={"calibration": calibration}))


def test_the_linear_judge_honours_a_temperature(linear: Path, learnable_pairs: list[PreferencePair]) -> None:
    shown = [pair.present("A").comparison for pair in learnable_pairs]
    before = load_judge(f"model:{linear}").judge(shown)
    calibrate(linear, 0.1)
    judge = load_judge(f"model:{linear}")
    after, swapped = judge.judge(shown), judge.judge([each.swapped() for each in shown])
    assert [each.choice for each in after] == [each.choice for each in before]
    assert all((one.prob_a or 0) > (other.prob_a or 0) for one, other in zip(after, before, strict=True))
    assert [each.prob_a for each in after] == [1 - (other.prob_a or 0) for other in swapped]


def test_below_the_threshold_a_judge_says_why_it_is_silent(linear: Path, learnable_pairs: list[PreferencePair]) -> None:
    shown = [pair.present("A").comparison for pair in learnable_pairs]
    sure = sorted(each.prob_a or 0 for each in load_judge(f"model:{linear}").judge(shown))
    calibrate(linear, 1.0, below=sure[len(sure) // 2])
    verdicts = load_judge(f"model:{linear}").judge(shown)
    silent = [each for each in verdicts if each.choice is None]
    assert len(silent) == sum(each < sure[len(sure) // 2] for each in sure)
    assert all("not sure enough: confidence" in (each.undecided or "") and each.prob_a for each in silent)


def test_choices_without_a_probability_stand(learnable_pairs: list[PreferencePair]) -> None:
    shown = [pair.present("A").comparison for pair in learnable_pairs]
    assert AbstainingJudge(LengthJudge("longer"), 0.99).judge(shown) == LengthJudge("longer").judge(shown)


def test_a_judge_knows_what_it_has_learned(linear: Path, learnable_pairs: list[PreferencePair], tmp_path: Path) -> None:
    groups = {pair.provenance.group for pair in learnable_pairs}
    assert training_groups_among(linear, {*groups, "of another"}) == groups
    assert training_groups_among(tmp_path, groups) is None
    other, both, silent = tmp_path / "other", tmp_path / "both", tmp_path / "silent"
    for folder in (other, both, silent):
        folder.mkdir()
    write_training_groups(other, ["of another"])
    write_union(both, [linear, other])
    assert training_groups_among(both, {*groups, "of another", "of none"}) == {*groups, "of another"}
    write_union(silent, [linear, tmp_path])
    assert not (silent / TRAINING_GROUPS_FILE).exists()


def test_a_card_of_the_first_version_is_read(linear: Path) -> None:
    calibrate(linear, 1.0, below=0.6)
    card = linear / "judge.json"
    text = card.read_text(encoding="utf-8")
    card.write_text(text.replace('"max_error"', '"most_error"'), encoding="utf-8")
    calibration = read_card(linear).calibration
    assert "max_error" in text and calibration and calibration.abstain and calibration.abstain.max_error == 0.1
    write_card(linear, read_card(linear))
    assert card.read_text(encoding="utf-8") == text
