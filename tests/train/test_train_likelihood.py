from pathlib import Path

import numpy as np
import pytest

from codefavor.errors import ConfigError, DataError
from codefavor.judge.card import read_card
from codefavor.judge.load import load_judge
from codefavor.manifest import make_manifest
from codefavor.pairs.criterion import GENERAL_CRITERION, Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.train import likelihood
from codefavor.train.config import TrainConfig
from codefavor.train.likelihood import train_likelihood
from codefavor.train.nonnegative import fit_nonnegative


def pairs(kinds: int = 6, aspects: tuple[Aspect, ...] = (Aspect.CORRECTNESS, Aspect.SECURITY)) -> list[PreferencePair]:
    return [
        PreferencePair(
            instruction="Hash it.",
            criterion=criterion_for(aspect),
            chosen=f"value_{kind}_{number} = sha256(x)",
            rejected=f"value_{kind}_{number} = md5(x)",
            provenance=Provenance(method=f"test/{kind}", source="here", source_id=f"{kind}-{number}", license="MIT"),
        )
        for aspect in aspects
        for kind in range(kinds)
        for number in range(4)
    ]


def fit(model: Path, known: list[PreferencePair], out: Path) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    config = TrainConfig(objective="likelihood", model=str(model))
    manifest = make_manifest("codefavor train", config.model_dump(mode="json"), [], config.seed)
    train_likelihood(known, config, out, manifest, lambda done, of: told.append((done, of)))
    return told


def test_what_the_base_does_not_know_the_ngrams_say(tiny_model: Path, tmp_path: Path) -> None:
    known = pairs()
    told = fit(tiny_model, known, tmp_path / "judge")
    assert told[0] == (0, len(known))
    assert told[-1] == (len(known), len(known))
    card = read_card(tmp_path / "judge")
    assert card.likelihood
    assert set(card.likelihood.weights) == {"correctness", "security"}
    assert card.likelihood.pairs == {"correctness": 24, "security": 24}
    assert all(weights.ngrams > 1 for weights in card.likelihood.weights.values())
    judge = load_judge(f"model:{tmp_path / 'judge'}")
    shown = [pair.present(side) for pair in known[:6] for side in ("A", "B")]
    verdicts = judge.judge([each.comparison for each in shown])
    assert [verdict.choice for verdict in verdicts] == [each.label for each in shown]


def test_the_ngrams_that_are_weighed_have_not_seen_the_kind_of_a_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    known = pairs()
    fitted: list[set[str]] = []
    asked: list[set[str]] = []

    class Spy:
        def __init__(self, learned: list[PreferencePair]) -> None:
            fitted.append({pair.provenance.method for pair in learned})
            self.learned = learned

        def scores(self, shown: list[object]) -> np.ndarray:
            asked.append(fitted[-1])
            return np.zeros(len(shown))

    monkeypatch.setattr(likelihood, "fit_ngrams", lambda learned, comments: Spy(learned))
    config = TrainConfig(objective="likelihood")
    likelihood._held_out_logits(known, known, config)
    assert len(fitted) == len(asked) == likelihood.FOLDS
    folds = likelihood._folds(known, config.seed)
    for fold, kinds in enumerate(fitted):
        assert kinds == {pair.provenance.method for pair in known if folds[pair.id] != fold}
        assert kinds.isdisjoint({pair.provenance.method for pair in known if folds[pair.id] == fold})


def test_pairs_made_in_one_way_are_held_out_by_function() -> None:
    known = pairs(kinds=1, aspects=(Aspect.SECURITY,))
    with pytest.raises(DataError, match="fewer than 6 functions"):
        likelihood._folds(known, 0)
    more = [
        pair.model_copy(update={"provenance": pair.provenance.model_copy(update={"source_id": str(number)})})
        for number, pair in enumerate(pairs(kinds=2))
    ]
    folds = likelihood._folds(more, 0)
    assert set(folds.values()) == {0, 1, 2}


def test_nothing_is_written_where_there_is_nothing_to_fit(tiny_model: Path, tmp_path: Path) -> None:
    general = [pair.model_copy(update={"criterion": GENERAL_CRITERION}) for pair in pairs()]
    with pytest.raises(DataError, match="no pair is of an aspect"):
        fit(tiny_model, general, tmp_path / "judge")
    assert not (tmp_path / "judge").exists()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    with pytest.raises(ConfigError, match="not empty"):
        fit(tiny_model, pairs(), tmp_path / "other")


def test_a_voice_that_is_wrong_is_not_turned_round() -> None:
    right, wrong = fit_nonnegative(np.array([[1.0, -1.0], [2.0, -1.0], [1.0, -0.5]]))
    assert right > 0.3
    assert wrong == 0
