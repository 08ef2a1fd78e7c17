from pathlib import Path

import numpy as np
import pytest

from codefavor.errors import DataError, UserError
from codefavor.judges.load import load_judge
from codefavor.judges.trained.divergence_encoder import DivergenceEncoder
from codefavor.manifest import make_manifest
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair
from codefavor.train import difference
from codefavor.train.config import DifferenceConfig
from codefavor.train.difference import train_difference


def train(pairs: list[PreferencePair], config: DifferenceConfig, out: Path, *, resume: bool = False) -> list[int]:
    done: list[int] = []
    train_difference(pairs, config, out, make_manifest("test", {}, [], None), resume=resume, on_pairs=done.append)
    return done


@pytest.fixture
def config(tiny_model: Path) -> DifferenceConfig:
    return DifferenceConfig(model=str(tiny_model), layers=2)


@pytest.fixture
def pairs(learnable_pairs: list[PreferencePair]) -> list[PreferencePair]:
    """Some of them about correctness, where states have no say."""
    right = criterion_for(Aspect.CORRECTNESS)
    return [
        pair.model_copy(update={"criterion": right}) if number % 4 == 0 else pair
        for number, pair in enumerate(learnable_pairs)
    ]


def test_it_learns_what_tells_the_better_code(
    config: DifferenceConfig, pairs: list[PreferencePair], tmp_path: Path
) -> None:
    done = train(pairs[:16], config, tmp_path / "judge")
    assert done == sorted(done)
    assert done[-1] == 16
    verdicts = load_judge(f"model:{tmp_path / 'judge'}").judge([pair.present("B").comparison for pair in pairs[16:]])
    assert {verdict.choice for verdict in verdicts} == {"B"}
    assert not (tmp_path / "judge" / "checkpoint").exists()


def test_a_run_that_was_stopped_reads_the_rest_alone(
    config: DifferenceConfig, pairs: list[PreferencePair], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(difference, "_CHUNK", 5)
    train(pairs, config, tmp_path / "whole")
    out = tmp_path / "stopped"
    read: list[int] = []
    ordinary = DivergenceEncoder.read

    def read_twice(self: DivergenceEncoder, asked: list) -> list:  # type: ignore[type-arg]
        if len(read) == 2:
            raise KeyboardInterrupt
        read.append(len(asked))
        return ordinary(self, asked)

    with monkeypatch.context() as patched:
        patched.setattr(DivergenceEncoder, "read", read_twice)
        with pytest.raises(KeyboardInterrupt):
            train(pairs, config, out)
    with pytest.raises(UserError, match="a run that has not ended"):
        train(pairs, config, out)
    with pytest.raises(UserError, match=r"other settings \(configuration or pairs\); choose another --out"):
        train(pairs[1:], config, out, resume=True)
    assert train(pairs, config, out, resume=True)[0] == len(pairs) - 18 + 10
    for name in ("difference.safetensors", "model.safetensors", "judge.json"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_pairs_that_are_cut_are_counted(config: DifferenceConfig, pairs: list[PreferencePair], tmp_path: Path) -> None:
    short = config.model_copy(update={"max_length": 20})
    cut = train_difference(
        pairs, short, tmp_path / "judge", make_manifest("test", {}, [], None), resume=False, on_pairs=lambda _: None
    )
    # Those of correctness are not read.
    assert cut == 18
    assert "| cut to 20 tokens | 18 pairs |" in (tmp_path / "judge" / "README.md").read_text(encoding="utf-8")


def test_torn_states_are_refused(config: DifferenceConfig, pairs: list[PreferencePair], tmp_path: Path) -> None:
    (tmp_path / "checkpoint").mkdir()
    (tmp_path / "checkpoint" / "states.safetensors").write_bytes(b"torn")
    with pytest.raises(DataError, match="states.safetensors: unreadable"):
        train(pairs, config, tmp_path, resume=True)


def test_pairs_that_teach_nothing_are_refused_before_anything_is_written(
    config: DifferenceConfig, pairs: list[PreferencePair], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="there are no pairs to train on"):
        train([], config, tmp_path / "judge")
    with pytest.raises(DataError, match="no pair has a criterion for which states are read"):
        train(pairs[:1], config, tmp_path / "judge")
    with pytest.raises(DataError, match="all pairs are of one source"):
        train(pairs[1:2], config, tmp_path / "judge")
    assert not (tmp_path / "judge").exists()


def test_shares_are_fitted_across_operators_where_there_are_enough(pairs: list[PreferencePair]) -> None:
    of_operators = [
        pair.model_copy(
            update={"provenance": pair.provenance.model_copy(update={"method": f"regress-evol/{number % 4}"})}
        )
        for number, pair in enumerate(pairs)
    ]
    assert len(set(difference._sources(of_operators))) == 4
    assert len(set(difference._sources(pairs))) == len(pairs)


def test_fit_of_no_rows_weighs_nothing() -> None:
    assert not difference._fit(np.zeros((0, 3)), 1.0).any()
