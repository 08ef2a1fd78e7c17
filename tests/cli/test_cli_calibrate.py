import json
import random
from pathlib import Path

import pytest

from codefavor.bench.calibrate import calibrate_judge
from codefavor.bench.codeprefbench import CODEPREFBENCH
from codefavor.errors import CodeFavorError
from codefavor.jsonl import write_records
from codefavor.judges.card import read_card
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair
from command_runs import run as codefavor
from made_pairs import make_pair


def made(count: int, start: int, share: float) -> list[PreferencePair]:
    """Return pairs of which md5 is the worse side with a probability of `share`, among words that say nothing."""
    rng = random.Random(start)
    pairs = []
    for number in range(start, start + count):
        words = [" ".join(rng.choice("pqrstuvw") for _ in range(4)) for _ in range(2)]
        calls = ["sha256", "md5"] if rng.random() < share else ["md5", "sha256"]
        chosen, rejected = (f"a = '{word}'\nb = hashlib.{call}(a)" for word, call in zip(words, calls, strict=True))
        pairs.append(make_pair(chosen, rejected, Aspect.SECURITY, instruction="Hash it.", source_id=number))
    return pairs


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a trained judge, pairs, and its runs on held-out pairs and on those that it learned from."""
    folder = tmp_path_factory.mktemp("calibrate")
    # Never wrong where it learns, so too sure where it is held against others.
    write_records(folder / "train.jsonl", made(300, 0, share=1.0))
    write_records(folder / "held-out.jsonl", made(600, 1000, share=0.9))
    judge = folder / "judge"
    done = codefavor("train", "--objective", "linear", "--pairs", folder / "train.jsonl", "--out", judge)
    assert done.returncode == 0, done.stderr
    for name in ("held-out", "train"):
        data = folder / f"{name}.jsonl"
        done = codefavor("bench", "run", "--judge", f"model:{judge}", "--data", data, "--out", folder / name)
        assert done.returncode == 0, done.stderr
    return folder


def test_a_judge_is_calibrated_once_and_again(workshop: Path) -> None:
    judge, run, plot = workshop / "judge", workshop / "held-out", workshop / "reliability.html"
    done = codefavor("calibrate", judge, "--run", run, "--abstain", "0.2", "--plot", plot)
    assert done.returncode == 0, done.stderr
    found = read_card(judge).calibration
    assert found and found.pairs == 600 and found.error_before is not None and found.error_after is not None
    assert found.error_after < found.error_before
    assert found.abstain and found.abstain.max_error <= 0.2
    assert plot.read_text(encoding="utf-8").count("<svg") == 2
    assert f"{found.temperature:.3f}" in done.stdout and "wrongly" in done.stdout
    # The run before calibration serves again, and one of the calibrated judge gives the same temperature.
    assert codefavor("calibrate", judge, "--run", run).returncode == 0
    plain = read_card(judge).calibration
    assert plain and plain.abstain is None and plain.temperature == found.temperature
    again = workshop / "again"
    data = workshop / "held-out.jsonl"
    assert codefavor("bench", "run", "--judge", f"model:{judge}", "--data", data, "--out", again).returncode == 0
    before, after = (json.loads((path / "result.json").read_text(encoding="utf-8"))["aspects"] for path in (run, again))
    assert before["security"]["accuracy"] == after["security"]["accuracy"]
    assert codefavor("calibrate", judge, "--run", again).returncode == 0
    refitted = read_card(judge).calibration
    assert refitted and refitted.temperature == pytest.approx(plain.temperature)


def test_what_makes_no_sense_is_refused_and_leaves_the_card_alone(workshop: Path, tmp_path: Path) -> None:
    judge, run = workshop / "judge", workshop / "held-out"
    before = (judge / "judge.json").read_bytes()
    other, released, one_order = tmp_path / "other", tmp_path / "released", tmp_path / "one-order"
    changes = {
        other: {"judge_files": {"judge.json": "0" * 64}},
        released: {"data": CODEPREFBENCH.files},
        one_order: {"order": "given"},
    }
    for folder, changed in changes.items():
        folder.mkdir()
        result = json.loads((run / "result.json").read_text(encoding="utf-8"))
        result["settings"] |= changed
        (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
    cases: dict[str, tuple[Path, Path, float | None]] = {
        "has learned from 300 of the 300 problems": (judge, workshop / "train", None),
        "not a run of": (judge, other, None),
        "for evaluation only": (judge, released, None),
        "judged in one order": (judge, one_order, None),
        "no such file": (judge, tmp_path / "nowhere", None),
        "no such folder": (tmp_path / "nowhere", run, None),
        "no confidence keeps the error under 0.001": (judge, run, 0.001),
    }
    for message, (folder, its_run, abstain) in cases.items():
        with pytest.raises(CodeFavorError, match=message):
            calibrate_judge(folder, its_run, abstain, 0.1, 0)
    for arguments in ((judge, "--run", run, "--abstain", "0.7"), (judge, "--run", other)):
        done = codefavor("calibrate", *arguments, "--plot", tmp_path / "plot.html")
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert done.stderr.startswith("error: ") and not (tmp_path / "plot.html").exists()
    assert (judge / "judge.json").read_bytes() == before
