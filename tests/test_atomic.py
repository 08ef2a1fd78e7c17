import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from codefavor.atomic import (
    create_once,
    is_partial,
    new_folder,
    remove_partials,
    replacing,
    write_json,
    write_text,
    writing_to,
)
from codefavor.errors import UserError
from codefavor.pairs.criterion import Criterion


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old\n")
    with pytest.raises(ZeroDivisionError), replacing(path) as partial:
        partial.write_text("half of the ne", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "old\n"
        1 / 0  # noqa: B018
    assert path.read_text(encoding="utf-8") == "old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_record_is_written_as_indented_json_and_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "criterion.json"
    write_json(path, Criterion(text="fast ✓"))
    assert path.read_text(encoding="utf-8") == '{\n  "text": "fast ✓",\n  "aspect": null\n}\n'


def test_what_killed_processes_left_of_a_file_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (".a.bin.0123.partial", "a.bin", ".b.bin.0123.partial", ".a.bin.0123"):
        (tmp_path / name).touch()
    remove_partials(tmp_path / "a.bin")
    assert {path.name for path in tmp_path.iterdir()} == {"a.bin", ".b.bin.0123.partial", ".a.bin.0123"}
    remove_partials(tmp_path / "no-folder" / "a.bin")


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_the_umask_decides_who_may_read(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        write_text(tmp_path / "a", "")
        assert create_once(tmp_path / "b", "")
        with new_folder(tmp_path / "c"):
            pass
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "b", "c")]
    assert modes == [0o666 & ~umask, 0o666 & ~umask, 0o777 & ~umask]


def test_no_name_that_can_be_guessed_is_written_through(tmp_path: Path) -> None:
    names = set()
    for _ in range(2):
        with replacing(tmp_path / "a.json") as partial:
            names.add(partial.name)
            assert is_partial(partial.name, "a.json") and not is_partial(partial.name, "b.json")
    assert len(names) == 2
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    (tmp_path / "a.json").unlink()
    (tmp_path / "a.json").symlink_to(victim)
    write_text(tmp_path / "a.json", "theirs")
    assert victim.read_text(encoding="utf-8") == "mine"


def test_a_pipe_and_a_device_are_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as threads:
        read = threads.submit(pipe.read_text, encoding="utf-8")
        write_text(pipe, "through")
        assert read.result(timeout=60) == "through"
    assert pipe.is_fifo() and list(tmp_path.iterdir()) == [pipe]
    write_text(Path(os.devnull), "nothing")
    assert Path(os.devnull).is_char_device()
    with (tmp_path / "file").open("w", encoding="utf-8") as file:
        write_text(Path(f"/dev/fd/{file.fileno()}"), "to an open file")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "to an open file"


def test_content_is_on_the_disk_before_it_has_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, events = tmp_path / "a", list[str]()
    monkeypatch.setattr(os, "fsync", lambda _: events.append(f"synced, there: {path.exists()}"))
    write_text(path, "content")
    assert create_once(tmp_path / "b", "content")
    content, name, other = "synced, there: False", "synced, there: True", "synced, there: True"
    assert events == [content, name, other]


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "out") as partial:
        (partial / "a").touch()
        1 / 0  # noqa: B018
    assert list(tmp_path.iterdir()) == []
    with new_folder(tmp_path / "out") as partial:
        (partial / "a").touch()
        assert not (tmp_path / "out").exists()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]


@pytest.mark.parametrize("links", [True, False])
def test_what_is_there_is_never_written_over(tmp_path: Path, links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not links:

        def refuse(self: Path, target: Path) -> None:
            raise PermissionError("no hard links here")

        monkeypatch.setattr(Path, "hardlink_to", refuse)
    path = tmp_path / "settings.json"
    assert create_once(path, "first")
    assert not create_once(path, "second")
    assert path.read_text(encoding="utf-8") == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_of_several_processes_one_creates(tmp_path: Path) -> None:
    """Eight processes wait for the same moment; the file holds, whole, what the one that was told so wrote."""
    program = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from codefavor.atomic import create_once
text, path, start = sys.argv[1] * 200_000, Path(sys.argv[2]), Path(sys.argv[3])
print("ready", flush=True)
while not start.exists():
    pass
print(create_once(path, text))
"""
    path, start = tmp_path / "settings.json", tmp_path / "start"
    letters = "abcdefgh"
    processes = [
        subprocess.Popen([sys.executable, "-c", program, letter, path, start], stdout=subprocess.PIPE, text=True)
        for letter in letters
    ]
    for process in processes:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    start.touch()
    created = [process.communicate(timeout=60)[0].strip() for process in processes]
    assert sorted(created) == ["False"] * 7 + ["True"]
    assert path.read_text(encoding="utf-8") == letters[created.index("True")] * 200_000


def test_what_the_file_system_objects_to_names_the_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="file/a: cannot be written: "), writing_to(tmp_path / "file" / "a"):
        write_text(tmp_path / "file" / "a", "")
