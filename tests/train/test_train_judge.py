"""One call trains by every objective, and computes as this processor can."""

from pathlib import Path
from typing import Any

import pytest

from codefavor.errors import ConfigError
from codefavor.judges.card import read_card
from codefavor.judges.load import load_judge
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.evidence import CandidateEvidence, Evidence, FailedExample, Observed, OutcomeCode
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import LinearConfig, TrainConfig
from codefavor.train.launch import Launch
from codefavor.train.objective import OBJECTIVES, training_objective
from codefavor.train.train_judge import train_judge

SETTINGS: dict[str, dict[str, Any]] = {
    "classification": {"max_steps": 1},
    "order-free": {"max_steps": 1},
    "generation": {"max_steps": 1, "max_length": 800, "max_new_tokens": 40},
    "reward": {"max_steps": 1, "layers": 1},
    "linear": {},
    "difference": {"layers": 1},
    "grounded": {"inner": "shorter"},
}


def config_of(name: str, model: Path, **more: Any) -> TrainConfig:
    values = {"objective": name, **SETTINGS[name], **more}
    if "model" in training_objective(TrainConfig.model_validate(values)).config.model_fields:
        values["model"] = str(model)
    return TrainConfig.model_validate(values)


@pytest.fixture
def pairs(learnable_pairs: list[PreferencePair]) -> list[PreferencePair]:
    """Pairs with evidence, so that none has to be collected, and of several sources."""
    failed = FailedExample(call="f()", expected="1", got=Observed(code=OutcomeCode.RETURNED, text="2"))
    bad = CandidateEvidence(examples_failed=(failed,))
    evidence = Evidence(a=CandidateEvidence(examples_passed=1), b=bad)
    security, correctness = criterion_for(Aspect.SECURITY), criterion_for(Aspect.CORRECTNESS)
    return [
        pair.model_copy(update={"evidence": evidence, "criterion": correctness if place % 2 else security})
        for place, pair in enumerate(learnable_pairs[:8])
    ]


@pytest.mark.parametrize("name", SETTINGS)
def test_every_objective_is_trained_by_the_same_call(
    tiny_model: Path, pairs: list[PreferencePair], tmp_path: Path, name: str
) -> None:
    counted: list[int] = []
    trained = train_judge(
        pairs,
        config_of(name, tiny_model),
        tmp_path / "judge",
        on_step=lambda metrics: counted.append(metrics.step),
        on_pairs=counted.append,
    )
    assert (trained.pairs, trained.folder) == (8, tmp_path / "judge")
    assert bool(counted) == (training_objective(trained.config).progress is not None)
    assert read_card(trained.folder).objective == name
    manifest = (trained.folder / "manifest.json").read_text(encoding="utf-8")
    assert "codefavor.train_judge" in manifest
    judge = load_judge(trained.spec)
    assert judge.name == trained.spec
    objective = next(each.judge for each in OBJECTIVES if each.name == name)
    assert getattr(judge, "order_invariant", False) == (name == "grounded" or bool(objective.order_invariant))
    with pytest.raises(ConfigError, match="already holds a finished judge"):
        train_judge(pairs, trained.config, trained.folder)


@pytest.mark.parametrize("name", ["reward", "difference"])
def test_bf16_that_a_processor_would_emulate_is_left_out_with_a_word(
    tiny_model: Path, pairs: list[PreferencePair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("codefavor.train.dtype.multiplies_bf16", lambda device: False)
    warnings: list[str] = []
    config = config_of(name, tiny_model, bf16=True)
    trained = train_judge(pairs, config, tmp_path / "judge", warn=warnings.append)
    assert trained.config == config.model_copy(update={"bf16": False})
    assert len(warnings) == 1 and "it trains in fp32" in warnings[0]
    assert '"bf16": false' in (tmp_path / "judge" / "manifest.json").read_text(encoding="utf-8")


def test_what_is_fitted_takes_one_process(pairs: list[PreferencePair], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the linear objective takes one process"):
        train_judge(pairs, LinearConfig(), tmp_path / "judge", launch=Launch(count=2))
