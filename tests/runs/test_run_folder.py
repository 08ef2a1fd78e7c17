"""A folder belongs to the run that claimed it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from codefavor.errors import DataError, UserError
from codefavor.record import Record
from codefavor.runs.run_folder import (
    SETTINGS_FILE,
    claim,
    require_absent,
    require_claimable,
    require_new,
    require_resumable,
)


class Settings(Record):
    judge: str
    seed: int = 0
    judge_files: dict[str, str] = {}


class OtherKind(Record):
    source: str


ONE = Settings(judge="one")


def test_a_run_is_resumed_with_the_same_settings_alone(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    claim(out, ONE)
    claim(out, ONE)
    with pytest.raises(UserError) as refused:
        claim(out, Settings(judge="two", judge_files={"a": "1"}))
    assert str(refused.value) == (
        f"{out} was begun with other settings (judge, judge files); choose another --out, or resume with those in "
        "settings.json"
    )
    assert [path.name for path in out.iterdir()] == [SETTINGS_FILE]
    assert Settings.model_validate_json((out / SETTINGS_FILE).read_bytes()) == ONE


def test_settings_of_an_earlier_version_lack_what_has_a_default(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text('{"judge": "one"}', encoding="utf-8")
    claim(tmp_path, ONE)
    with pytest.raises(UserError, match=r"other settings \(seed\)"):
        claim(tmp_path, Settings(judge="one", seed=1))


def test_what_has_to_be_the_same_can_be_said(tmp_path: Path) -> None:
    claim(tmp_path, ONE)
    claim(tmp_path, Settings(judge="one", seed=5), comparable=lambda values: {"judge": values["judge"]})


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="is not empty and holds no such run; choose another --out"):
        claim(tmp_path, ONE)
    with pytest.raises(UserError, match=r"thesis.tex is a file; choose another --out"):
        claim(tmp_path / "thesis.tex", ONE)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_run_of_another_kind_and_damaged_settings_are_refused(tmp_path: Path) -> None:
    claim(tmp_path / "a", OtherKind(source="here"))
    with pytest.raises(UserError, match="a holds a run of another kind; choose another --out"):
        claim(tmp_path / "a", ONE)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / SETTINGS_FILE).write_text('{"judge": ', encoding="utf-8")
    with pytest.raises(DataError, match="no settings that can be read"):
        claim(tmp_path / "b", ONE)
    (tmp_path / "b" / SETTINGS_FILE).write_text("[]", encoding="utf-8")
    with pytest.raises(UserError, match="another kind"):
        claim(tmp_path / "b", ONE)


def test_a_run_of_the_first_version_is_known_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").touch()
    with pytest.raises(UserError, match="holds no such run"):
        claim(tmp_path, ONE)
    claim(tmp_path, ONE, earlier="audit.jsonl")
    with pytest.raises(UserError, match="other settings"):
        claim(tmp_path, Settings(judge="two"), earlier="audit.jsonl")


def test_what_could_be_claimed_is_said_before_anything_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    require_claimable(out, ONE)
    assert not out.exists()
    claim(out, ONE)
    require_claimable(out, ONE)
    with pytest.raises(UserError, match=r"other settings \(judge\)"):
        require_claimable(out, Settings(judge="two"))
    with pytest.raises(UserError, match="holds no such run"):
        require_claimable(tmp_path, ONE)


def test_a_claim_that_was_killed_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".settings.json.0123456789abcdef.partial").write_text('{"judge"', encoding="utf-8")
    claim(tmp_path, ONE)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="file/out: cannot be written: Not a directory"):
        claim(tmp_path / "file" / "out", ONE)


@pytest.mark.parametrize("same", [True, False])
def test_two_that_claim_a_folder_at_once_agree_or_one_is_refused(tmp_path: Path, same: bool) -> None:
    """Of processes with other settings one begins the run; of those with the same settings none is refused."""
    program = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from test_run_folder import Settings, claim
out, start = Path(sys.argv[2]), Path(sys.argv[3])
print("ready", flush=True)
while not start.exists():
    pass
try:
    claim(out, Settings(judge=sys.argv[1]))
    print("claimed")
except Exception as error:
    print(error)
"""
    here = Path(__file__).parent
    for attempt in range(3):
        out, start = tmp_path / f"out-{attempt}", tmp_path / f"start-{attempt}"
        judges = ["one"] * 4 if same else ["one", "two", "three", "four"]
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", program, judge, out, start, here], stdout=subprocess.PIPE, text=True
            )
            for judge in judges
        ]
        for process in processes:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
        start.touch()
        replies = [process.communicate(timeout=60)[0].strip() for process in processes]
        claimed = [judge for judge, reply in zip(judges, replies, strict=True) if reply == "claimed"]
        assert len(claimed) == (4 if same else 1), replies
        assert json.loads((out / SETTINGS_FILE).read_text(encoding="utf-8"))["judge"] == claimed[0]
        refusals = [reply for reply in replies if reply != "claimed"]
        assert all(f"{out} was begun with other settings (judge); choose another --out" in text for text in refusals)
        assert [path.name for path in out.iterdir()] == [SETTINGS_FILE]


def test_a_new_folder_may_be_there_when_it_is_empty(tmp_path: Path) -> None:
    require_new(tmp_path / "new")
    require_new(tmp_path)
    (tmp_path / "a").touch()
    with pytest.raises(UserError, match="is not empty; choose another --out"):
        require_new(tmp_path)
    with pytest.raises(UserError, match="a is a file; choose another --out"):
        require_new(tmp_path / "a")


def test_what_must_be_absent_must_not_even_be_empty(tmp_path: Path) -> None:
    require_absent(tmp_path / "new")
    with pytest.raises(UserError, match="already exists; choose another --out"):
        require_absent(tmp_path)


@pytest.mark.parametrize(
    ("names", "resume", "reason"),
    [
        ([], False, None),
        ([], True, None),
        (["log"], True, None),
        (["log", "judge.json"], True, "already holds a finished judge; choose another --out"),
        (["log"], False, "holds a run that has not ended; choose another --out, or add --resume"),
        (["thesis.tex"], True, "is not empty and holds no such run; choose another --out"),
    ],
)
def test_a_run_that_has_not_ended_is_resumed_when_asked(
    tmp_path: Path, names: list[str], resume: bool, reason: str | None
) -> None:
    for name in names:
        (tmp_path / name).touch()

    def check() -> None:
        require_resumable(tmp_path, finished="judge.json", begun={"log"}, resume=resume, what="judge")

    if reason is None:
        check()
    else:
        with pytest.raises(UserError, match=reason):
            check()
