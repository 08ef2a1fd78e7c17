from pathlib import Path

import pytest

from codefavor.errors import ModelError
from codefavor.judges.card import Calibration, JudgeCard, read_card, require, write_card

CARD = JudgeCard(
    objective="classification",
    base_model="embedded",
    format="0123456789abcdef",
    comments="stripped",
    max_length=512,
    calibration=Calibration(temperature=1.5, pairs=100),
)


@pytest.mark.parametrize("card", [CARD, JudgeCard(objective="linear", format="x", comments="kept")])
def test_a_card_comes_back_as_written(tmp_path: Path, card: JudgeCard) -> None:
    write_card(tmp_path, card)
    assert read_card(tmp_path) == card


def test_a_folder_without_a_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no such folder"):
        read_card(tmp_path / "none")
    with pytest.raises(ModelError, match=r"no judge.json.*--resume"):
        read_card(tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [("{", "not a judge card"), ("[]", "not a judge card"), ('{"objective": "magic"}', "format: .* 1 more")],
)
def test_a_malformed_card_is_refused_in_one_line(tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "judge.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=reason) as caught:
        read_card(tmp_path)
    assert "\n" not in str(caught.value)


def test_another_kind_of_judge_or_another_format_is_refused(tmp_path: Path) -> None:
    require(tmp_path, CARD, "classification", CARD.format)
    with pytest.raises(ModelError, match="of objective classification, reward was expected"):
        require(tmp_path, CARD, "reward", CARD.format)
    with pytest.raises(ModelError, match="0123456789abcdef.*fedcba9876543210"):
        require(tmp_path, CARD, "classification", "fedcba9876543210")


def test_scores_are_divided_by_the_fitted_temperature_or_by_one() -> None:
    assert CARD.temperature == 1.5
    assert JudgeCard(objective="linear", format="x", comments="kept").temperature == 1.0
