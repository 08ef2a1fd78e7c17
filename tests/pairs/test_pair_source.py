import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pair_strategies import make_pair, pairs

from codefavor.errors import DataError, MissingExtraError, RecordError, UserError
from codefavor.jsonl import write_rows
from codefavor.pairs.dataset_folder import write_dataset_folder
from codefavor.pairs.formats.native import Native
from codefavor.pairs.formats.registry import all_formats
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.parquet import read_parquet, write_parquet
from codefavor.pairs.source import read_pairs, write_pairs

FORMATS = all_formats(lambda *parts: "|".join(parts))
THREE = [make_pair(problem=name, license=terms) for name, terms in [("a", "MIT"), ("b", "BSD-3-Clause"), ("c", None)]]


@pytest.mark.parametrize("name", ["p.jsonl", "p.jsonl.gz", "p.jsonl.zst", "p.parquet"])
@pytest.mark.parametrize("form", FORMATS)
def test_every_container_holds_every_format(tmp_path: Path, name: str, form: str) -> None:
    assert write_pairs(tmp_path / name, iter(THREE), FORMATS[form]) == 3
    assert list(read_pairs(tmp_path / name, FORMATS[form])) == THREE
    assert [path.name for path in tmp_path.iterdir()] == [name]


@given(st.lists(pairs, min_size=1, max_size=3))
@settings(max_examples=25)
def test_parquet_gives_back_what_it_got(
    tmp_path_factory: pytest.TempPathFactory, written: list[PreferencePair]
) -> None:
    path = tmp_path_factory.mktemp("parquet") / "pairs.parquet"
    write_pairs(path, written)
    assert list(read_pairs(path)) == written


def test_more_pairs_than_a_batch_stay_in_order(tmp_path: Path) -> None:
    rows = [{"task_id": str(n)} for n in range(2500)]
    assert write_parquet(tmp_path / "p.parquet", iter(rows), {"task_id": "text"}) == 2500
    assert list(read_parquet(tmp_path / "p.parquet")) == list(enumerate(rows, start=1))


def test_a_bad_row_is_named_by_file_and_place(tmp_path: Path) -> None:
    rows = [{"prompt": "p", "chosen": "a", "rejected": b} for b in "ba"]
    write_rows(tmp_path / "p.jsonl", rows)
    with pytest.raises(RecordError, match="p.jsonl, line 2: record: chosen and rejected are the same"):
        list(read_pairs(tmp_path / "p.jsonl", FORMATS["trl"]))
    write_parquet(tmp_path / "p.parquet", rows, FORMATS["trl"].columns)
    with pytest.raises(DataError, match="p.parquet, row 2: record: chosen and rejected are the same"):
        list(read_pairs(tmp_path / "p.parquet", FORMATS["trl"]))


@pytest.mark.parametrize("name", ["none.jsonl", "none.parquet", "torn.parquet", "empty"])
def test_what_holds_no_pairs_is_a_data_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "torn.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=name):
        list(read_pairs(tmp_path / name))


def test_the_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"codefavor\[parquet\]"):
        write_pairs(tmp_path / "p.parquet", THREE)
    assert list(tmp_path.iterdir()) == []


def failing() -> Iterator[PreferencePair]:
    yield THREE[0]
    raise RecordError(Path("p.jsonl"), 2, "broken")


@pytest.mark.parametrize("name", ["p.jsonl", "p.parquet", "folder"])
def test_a_failed_write_leaves_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordError):
        if name == "folder":
            write_dataset_folder(tmp_path / name, failing(), Native(), [])
        else:
            write_pairs(tmp_path / name, failing())
    assert list(tmp_path.iterdir()) == []


def test_a_dataset_folder_is_read_back_and_explains_itself(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "pairs"
    assert write_dataset_folder(folder, THREE, Native(), ["Both sides parse.", "Near duplicates left out."]) == 3
    assert list(read_pairs(folder)) == THREE
    _, header, body = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    card = yaml.safe_load(header)
    assert card["license"] == ["bsd-3-clause", "mit", "unknown"]
    assert card["size_categories"] == ["n<1K"]
    (files,) = card["configs"][0]["data_files"]
    assert list(folder.glob(files["path"])) == [folder / "data" / "train-00000.parquet"]
    assert "3 code preference pairs of 3 groups" in body
    assert "| tests | BSD-3-Clause | 1 |" in body and "The licence of 1 pairs is not known." in body
    assert "- Both sides parse.\n- Near duplicates left out.\n" in body


def test_a_dataset_folder_never_replaces_anything(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with pytest.raises(UserError, match="kept already exists; choose another --out"):
        write_dataset_folder(tmp_path / "kept", THREE, Native(), [])
    with pytest.raises(DataError, match="no pairs"):
        write_dataset_folder(tmp_path / "new", [], Native(), [])
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, suffix: str) -> None:
    taken = tmp_path / f"taken{suffix}"
    taken.mkdir()
    with pytest.raises(UserError, match=f"taken{suffix}: cannot be written: Is a directory"):
        write_pairs(taken, THREE)
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="new: cannot be written: "):
        write_dataset_folder(tmp_path / "file" / "new", THREE, Native(), [])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", taken.name]
