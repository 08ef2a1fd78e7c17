"""The table of extension points names files and classes that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = re.findall(
    r"^\| (an? [^|]+?) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$",
    (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"),
    re.M,
)
POINTS = ("judge", "objective", "evolver", "chat model", "benchmark", "language", "format of pairs", "findings")


def test_every_extension_point_has_a_row() -> None:
    assert all(any(point in row[0] for row in ROWS) for point in POINTS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_files_and_classes_of_a_row_are_there(row: tuple[str, ...]) -> None:
    for cell in row[1:]:
        paths = [_find(path) for path in re.findall(r"`([\w/.-]+[/.][\w/.-]*)`", cell)]
        assert paths or cell == row[3], cell
        sources = "".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())
        for name in re.findall(r"`([A-Z]\w+)`", cell):
            assert name in sources or any(path.is_dir() for path in paths), name


def _find(path: str) -> Path:
    found = next((root / path for root in (ROOT / "src" / "codefavor", ROOT) if (root / path).exists()), None)
    assert found is not None, f"{path} is not there"
    return found
