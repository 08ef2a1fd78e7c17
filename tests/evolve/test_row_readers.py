"""Seeds from tables: EditPackFT rows and instructions, in JSON Lines and Parquet; docstrings of a repository."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from codefavor.errors import DataError, MissingExtraError
from codefavor.evolve.commit_filter import CommitFilter
from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.edit_pack import read_edit_pack
from codefavor.evolve.instructions import SELF_OSS_INSTRUCT, read_docstrings, read_instructions
from codefavor.evolve.protocol import Discard
from codefavor.jsonl import write_rows
from codefavor.languages.python.language import PYTHON

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

EDIT: dict[str, Any] = {
    "commit": "c1",
    "old_file": "a.py",
    "new_file": "a.py",
    "old_contents": "def area(a, b):\n    c = 0\n    for _ in range(b):\n        c += a\n    return c\n",
    "new_contents": "def area(a, b):\n    return a * b\n",
    "subject": "Multiply instead of adding up",
    "message": "Multiply instead of adding up\n\nIt is faster.",
    "lang": "Python",
    "license": "bsd-3",
    "repos": "example/area,another/area",
}
EDITS = [
    EDIT,
    {**EDIT, "commit": "c2", "lang": "Ruby"},
    {**EDIT, "commit": "c3", "license": "gpl-3.0"},
    {**EDIT, "commit": "c4", "message": None},
    {**EDIT, "commit": "c5", "new_contents": EDIT["old_contents"]},
]
INSTRUCTIONS: list[dict[str, Any]] = [
    {"id": 7, "instruction": "Write `add(a, b)`.", "draft": None, "license": None},
    {"id": 8, "instruction": "Write `sub(a, b)`.", "draft": "def sub(a, b):\n    return a - b", "license": "mit"},
]


def write_table(path: Path, rows: list[dict[str, Any]]) -> str:
    if path.suffix == ".parquet":
        parquet.write_table(pa.Table.from_pylist(rows), path)
    else:
        write_rows(path, rows)
    return str(path)


@pytest.mark.parametrize("name", ["edits.jsonl", "edits.parquet"])
def test_edit_pack_rows_are_seeds_or_have_a_reason(tmp_path: Path, name: str) -> None:
    read = list(read_edit_pack(write_table(tmp_path / name, EDITS), CommitFilter(), PYTHON))
    seeds = [seed for seed in read if isinstance(seed, CommitSeed)]
    assert {drop.source_id: drop.reason for drop in read if isinstance(drop, Discard)} == {
        "c2": "not Python",
        "c3": "licence not allowed: gpl-3.0",
        "c5": "no change beyond whitespace, comments and docstrings",
    }
    assert [seed.source_id for seed in seeds] == ["c1", "c4"]
    assert (seeds[0].license, seeds[0].source, seeds[0].path) == ("bsd-3-clause", "example/area", "a.py")
    assert seeds[0].message == EDIT["message"]
    assert seeds[1].message == EDIT["subject"]
    assert (seeds[0].before, seeds[0].after) == (EDIT["old_contents"], EDIT["new_contents"])


@pytest.mark.parametrize("name", ["tasks.jsonl", "tasks.parquet"])
def test_instructions_bring_their_draft_and_licence(tmp_path: Path, name: str) -> None:
    seeds = list(read_instructions(write_table(tmp_path / name, INSTRUCTIONS), "odc-by"))
    assert [(seed.source, seed.source_id, seed.license) for seed in seeds] == [
        (name, "7", "odc-by"),
        (name, "8", "mit"),
    ]
    assert [seed.draft for seed in seeds] == [None, INSTRUCTIONS[1]["draft"]]


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.parquet"])
def test_a_row_without_what_is_needed_is_named(tmp_path: Path, name: str) -> None:
    source = write_table(tmp_path / name, [{"commit": "c1", "instruction": ""}])
    with pytest.raises(DataError, match=rf"{name}, row 1: no text in column old_contents"):
        list(read_edit_pack(source, CommitFilter(), PYTHON))
    with pytest.raises(DataError, match=rf"{name}, row 1: no text in any column of instruction"):
        list(read_instructions(source))


@pytest.mark.parametrize("name", ["none.jsonl", "none.parquet", "broken.parquet"])
def test_an_unreadable_table_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"no table")
    with pytest.raises(DataError, match=name):
        list(read_instructions(str(tmp_path / name)))


def test_the_hub_is_asked_for_rows_as_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, bool]] = []

    def load_dataset(name: str, split: str, streaming: bool) -> list[dict[str, Any]]:
        asked.append((name, split, streaming))
        return INSTRUCTIONS

    hub = ModuleType("datasets")
    hub.load_dataset = load_dataset  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "datasets", hub)
    assert {seed.license for seed in read_instructions(SELF_OSS_INSTRUCT)} == {"odc-by", "mit"}
    assert len(list(read_instructions("hub:owner/name@test"))) == 2
    assert asked == [(SELF_OSS_INSTRUCT.removeprefix("hub:"), "train", True), ("owner/name", "test", True)]


def test_an_unreachable_hub_and_a_missing_package_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_dataset(*_: Any, **__: Any) -> None:
        raise ConnectionError("no network")

    hub = ModuleType("datasets")
    hub.load_dataset = load_dataset  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "datasets", hub)
    with pytest.raises(DataError, match="hub:owner/name: cannot be read: no network"):
        list(read_instructions("hub:owner/name"))
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtraError, match="datasets"):
        list(read_instructions("hub:owner/name"))


def test_docstrings_of_a_repository_become_instructions(tmp_path: Path) -> None:
    says = '"""Return the sum of both, and of nothing but them."""'
    (tmp_path / "sums.py").write_text(
        f"import math\n\n\ndef add(a: int, b: int = 0) -> int:\n    {says}\n    return a + b\n\n\n"
        f"def _own(a):\n    {says}\n    return a\n\n\ndef short(a):\n    'Too short.'\n    return a\n\n\n"
        f"def needs(a):\n    {says}\n    return _own(a)\n",
        encoding="utf-8",
    )
    (tmp_path / "broken.py").write_text("def (:\n", encoding="utf-8")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for step in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-q", "-m", "begin")):
        subprocess.run(["git", "-C", str(tmp_path), *step], check=True)
    (seed,) = read_docstrings(tmp_path, PYTHON)
    assert (seed.source, seed.source_id, seed.license) == (tmp_path.name, "sums.py:add", None)
    assert seed.instruction.startswith("Write the Python function `add(a: int, b: int=0) -> int`.\n\nReturn the sum")
    with pytest.raises(DataError, match="no git repository"):
        list(read_docstrings(tmp_path / "sums.py", PYTHON))
