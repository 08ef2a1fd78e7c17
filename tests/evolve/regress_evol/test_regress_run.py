import json
import subprocess
import sys
from pathlib import Path

import pytest

from codefavor.errors import ConfigError, DataError, UserError
from codefavor.evidence.verification import verify
from codefavor.evolve.protocol import Discard
from codefavor.evolve.regress_evol.balance import relative_change
from codefavor.evolve.regress_evol.regress import RegressEvolConfig, RegressSummary
from codefavor.evolve.runner import evolve
from codefavor.jsonl import read_records
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair

FUNCTION = '''
import re


def {name}(words, limit=10):
    """Return the {ordinal} short words that match, in order.

    >>> {name}(["a"])
    """
    # a remark
    found = []
    for word in sorted(words):
        if len(word) < limit and re.match("{letter}", word):
            found.append(word.strip())
    return ", ".join(found)
'''


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    folder.mkdir()
    for n in range(26):
        letter = chr(ord("a") + n)
        text = FUNCTION.format(name=f"pick_{letter * (n % 3 + 1)}", ordinal=f"{n}th", letter=letter)
        (folder / f"module_{letter}.py").write_text(text, encoding="utf-8")
    (folder / "broken.py").write_text("print 'Python 2'", encoding="utf-8")
    return folder


def _run(checkout: Path, out: Path, **settings: object) -> tuple[RegressSummary, list[PreferencePair]]:
    config = RegressEvolConfig.model_validate({"source": str(checkout), **settings})
    summary = evolve(config, out)
    return summary, list(read_records(out / "pairs.jsonl", PreferencePair))


def test_a_run_writes_valid_pairs_and_says_what_was_dropped(checkout: Path, tmp_path: Path) -> None:
    summary, pairs = _run(checkout, tmp_path / "out")
    assert summary.pairs == len(pairs) > 30
    discards = list(read_records(tmp_path / "out" / "discarded.jsonl", Discard))
    assert sum(summary.discarded.values()) == len(discards) and summary.discarded["balance"] > 0
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["seed"] == 0
    for pair in pairs:
        assert pair.provenance.method.startswith("regress-evol/")
        assert pair.provenance.source == "library"
        assert pair.provenance.source_id.startswith("module_")
        assert '"""' not in pair.chosen + pair.rejected and "#" not in pair.chosen + pair.rejected
        assert "short words" in pair.instruction and ">>>" not in pair.instruction


def test_length_tells_nothing(checkout: Path, tmp_path: Path) -> None:
    summary, pairs = _run(checkout, tmp_path / "out")
    for aspect, share in summary.shorter_chosen.items():
        assert share == pytest.approx(0.5, abs=0.05), aspect
    assert all(change <= 0.25 for change in summary.mean_length_change.values())
    assert any(relative_change(pair) > 0 for pair in pairs) and any(relative_change(pair) < 0 for pair in pairs)


def test_the_seed_decides_everything(checkout: Path, tmp_path: Path) -> None:
    first, again, other = (
        _run(checkout, tmp_path / name, rng_seed=seed)[1] for name, seed in [("a", 1), ("b", 1), ("c", 2)]
    )
    assert first == again
    assert first != other


def test_the_limit_is_shared_among_the_aspects(checkout: Path, tmp_path: Path) -> None:
    summary, pairs = _run(checkout, tmp_path / "out", max_pairs=9)
    assert len(pairs) <= 9 and set(summary.by_aspect.values()) == {3}


def test_operators_and_aspects_can_be_chosen(checkout: Path, tmp_path: Path) -> None:
    names = ("boundary-shifted", "query-from-text", "weak-digest")
    summary, _ = _run(checkout, tmp_path / "out", operators=names, aspects=(Aspect.SECURITY,))
    assert set(summary.by_operator) <= {"query-from-text", "weak-digest"}
    _, without = _run(checkout, tmp_path / "without", aspects=("security",), exclude_operators=("weak-digest",))
    assert all(not pair.provenance.method.endswith("weak-digest") for pair in without)


def test_a_folder_is_written_over_by_the_same_run_alone(checkout: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert _run(checkout, out) == _run(checkout, out)
    before = (out / "pairs.jsonl").read_bytes()
    with pytest.raises(UserError, match=r"out was begun with other settings \(rng seed\); choose another --out"):
        _run(checkout, out, rng_seed=1)
    assert (out / "pairs.jsonl").read_bytes() == before
    with pytest.raises(UserError, match="is not empty and holds no such run; choose another --out"):
        _run(checkout, checkout)


def test_bad_input_is_named_and_leaves_nothing_behind(checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown operator spelling"):
        _run(checkout, tmp_path / "out", operators=("spelling",))
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(DataError, match="no Python files"):
        _run(empty, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_line_makes_a_folder(checkout: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "codefavor", "evolve", "regress-evol", "--source", str(checkout)]
    done = subprocess.run([*command, "--out", str(tmp_path / "out")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "pairs (" in done.stdout
    bad = subprocess.run(
        [*command, "--out", str(tmp_path / "bad"), "--operators", "nonsense"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert bad.returncode == 2 and "unknown operator nonsense" in bad.stderr
    assert "Traceback" not in bad.stderr and not (tmp_path / "bad").exists()


def test_verified_pairs_carry_their_evidence_and_the_rest_is_discarded_with_the_reason(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    for n in range(3):
        text = (
            f'def pick_{n}(numbers, limit=3):\n    """Return the sum of the numbers above {n}."""\n'
            f"    total = {n}\n    for number in numbers:\n        if number > {n}:\n            total += number\n"
            "    return total\n"
        )
        (folder / f"part{n}.py").write_text(text)
    config = RegressEvolConfig(source=str(folder), aspects=(Aspect.CORRECTNESS,), verify=True)
    evolve(config, tmp_path / "out")
    pairs = list(read_records(tmp_path / "out" / "pairs.jsonl", PreferencePair))
    assert pairs and all(verify(pair).mark == "confirmed" for pair in pairs)
    discards = list(read_records(tmp_path / "out" / "discarded.jsonl", Discard))
    assert all("untestable" in discard.reason for discard in discards if discard.stage == "verify")
