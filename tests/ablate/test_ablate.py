import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from codefavor.ablate.grid import Grid, training_of
from codefavor.ablate.run_study import StudyProgress, run_grid
from codefavor.ablate.table import StudyTable
from codefavor.bench.statistics import holm
from codefavor.config import load_config
from codefavor.errors import ConfigError, UserError
from codefavor.pairs.pair import PreferencePair
from codefavor.train.train_judge import train_judge

SHIPPED = sorted((Path(__file__).parents[2] / "configs" / "ablate").glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_study_makes_sense(path: Path) -> None:
    grid = load_config(Grid, path, {"pairs": [Path("pairs.jsonl")]})
    assert [training_of(grid, name) for name in grid.cells]


@pytest.fixture
def study(tmp_path: Path, learnable_pairs: list[PreferencePair], monkeypatch: pytest.MonkeyPatch) -> Path:
    # It goes over the data that a study names.
    monkeypatch.delenv("CODEFAVOR_BENCH", raising=False)
    for name, pairs in (("train", learnable_pairs[::2]), ("other", learnable_pairs[1::2]), ("test", learnable_pairs)):
        text = "".join(pair.model_dump_json() + "\n" for pair in pairs)
        (tmp_path / f"{name}.jsonl").write_text(text, encoding="utf-8")
    config = {
        "title": "A small study",
        "pairs": [str(tmp_path / "train.jsonl")],
        "data": str(tmp_path / "test.jsonl"),
        "train": {"objective": "linear"},
        "cells": {
            "one": {},
            "other": {"pairs": [str(tmp_path / "other.jsonl")]},
            "merged": {"merge": {"one": 0.5, "other": 0.5}},
            "chance": {"judge": "first"},
        },
    }
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path


def ablate(study: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "codefavor", "ablate", str(study), "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_study_is_run_compared_and_continued(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = ablate(study, out)
    assert done.returncode == 0, done.stderr
    table = StudyTable.model_validate_json((out / "table.json").read_bytes())
    assert table.cells == ("one", "other", "merged", "chance")
    figures = {(figure.cell, figure.column): figure for figure in table.figures}
    column = table.columns[0]
    assert figures["one", column].difference is None and figures["chance", column].accuracy == 0.5
    assert figures["one", column].accuracy > 0.9
    assert (figures["chance", column].difference or 0) < -0.4
    assert "| chance |" in (out / "table.md").read_text(encoding="utf-8")
    lines = csv.DictReader((out / "table.csv").read_text(encoding="utf-8").splitlines())
    assert len(list(lines)) == len(table.figures)
    assert json.loads((out / "cells" / "merged" / "judge" / "judge.json").read_text(encoding="utf-8"))["parents"]
    verdicts = out / "cells" / "one" / "bench" / "verdicts.jsonl"
    before = verdicts.stat().st_mtime_ns
    (out / "cells" / "chance" / "bench" / "result.json").unlink()
    assert ablate(study, out).returncode == 0
    assert verdicts.stat().st_mtime_ns == before
    data = tmp_path / "test.jsonl"
    whole = data.read_text(encoding="utf-8")
    data.write_text("".join(reversed(whole.splitlines(keepends=True))), encoding="utf-8")
    changed = ablate(study, out)
    assert changed.returncode == 2 and "one was begun with other settings" in changed.stderr
    data.write_text(whole, encoding="utf-8")
    study.write_text(study.read_text(encoding="utf-8").replace("judge: first", "judge: shorter"), encoding="utf-8")
    other = ablate(study, out)
    assert other.returncode == 2 and "chance was begun with other settings" in other.stderr


def test_a_study_that_is_interrupted_says_how_to_go_on_and_does(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = out / "cells" / "one" / "bench" / "result.json"
    command = [sys.executable, "-m", "codefavor", "ablate", str(study), "--out", str(out)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not first.exists():
        assert process.poll() is None, "it ended before it was interrupted"
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 130 and f"goes on where {out} ends" in said and "Traceback" not in said
    assert not (out / "table.md").exists()
    done = first.stat().st_mtime_ns
    assert ablate(study, out).returncode == 0
    assert (out / "table.md").exists() and first.stat().st_mtime_ns == done


def test_a_cell_that_fails_stops_the_study_and_the_rest_is_kept(
    tmp_path: Path, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = load_config(Grid, study, {})
    watched: list[StudyProgress] = []

    def train(pairs: object, config: object, judge: Path, **options: object) -> None:
        if "other" in str(judge):
            raise UserError("no")
        train_judge(pairs, config, judge, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr("codefavor.ablate.run_study.train_judge", train)
        with pytest.raises(UserError, match="no"):
            run_grid(grid, tmp_path / "out", watched.append)
    assert [state.cell for state in watched if state.work == "train"] == ["one", "other"]
    assert (tmp_path / "out" / "cells" / "one" / "bench" / "result.json").exists()
    watched.clear()
    run_grid(grid, tmp_path / "out", watched.append)
    assert {state.cell for state in watched} == {"other", "merged", "chance"}
    last = [state for state in watched if state.cell == "chance"][-1]
    assert (last.work, last.done, last.total) == ("bench", 24, 24)


def test_training_that_was_stopped_goes_on_from_its_checkpoint(
    tmp_path: Path, study: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = yaml.safe_load(study.read_text(encoding="utf-8"))
    steps = {"objective": "reward", "model": str(tiny_model), "layers": 1, "max_steps": 4, "logging_steps": 1}
    settings |= {"train": steps, "cells": {"one": {}, "chance": {"judge": "first"}}}
    study.write_text(yaml.safe_dump(settings), encoding="utf-8")
    grid = load_config(Grid, study, {})
    steps_seen: list[int] = []

    def stop(state: StudyProgress) -> None:
        if state.work == "train" and state.total:
            steps_seen.append(state.done)
            if len(steps_seen) == 2:
                os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_grid(grid, tmp_path / "out", stop)
    assert (tmp_path / "out" / "cells" / "one" / "judge" / "checkpoint").exists()
    run_grid(grid, tmp_path / "out", stop)
    assert steps_seen == [1, 2, 3, 4]
    assert (tmp_path / "out" / "cells" / "one" / "bench" / "result.json").exists()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"one": {}}, "at least two"),
        ({"one": {}, "Two": {}}, "small letters"),
        ({"one": {"merge": {"two": 1}}, "two": {}}, "no earlier cell"),
        ({"one": {"judge": "first", "train": {"seed": 1}}, "two": {}}, "give one of"),
    ],
)
def test_grids_that_make_no_sense_are_refused(cells: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Grid.model_validate({"title": "t", "cells": cells})


def test_a_cell_whose_training_contradicts_itself_is_named_before_anything_runs(tmp_path: Path) -> None:
    cells = {"one": {}, "two": {"train": {"objective": "nonsense"}}}
    grid = Grid.model_validate({"title": "t", "pairs": ["p"], "data": "d", "cells": cells})
    with pytest.raises(ConfigError, match="cell two: objective"):
        training_of(grid, "two")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_corrected_p_values_keep_their_order_and_never_fall(p_values: list[float]) -> None:
    corrected = holm(p_values)
    assert all(1 >= after >= before for before, after in zip(p_values, corrected, strict=True))
    pairs = sorted(zip(p_values, corrected, strict=True))
    assert [after for _, after in pairs] == sorted(corrected)
    assert min(corrected) == pytest.approx(min(1.0, len(p_values) * min(p_values)))
