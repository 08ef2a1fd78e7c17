import re
from pathlib import Path

from codefavor.languages.registry import BUILT_IN

PAGE = Path(__file__).parents[2] / "docs" / "languages.md"
ROW = re.compile(
    r"^\| (?P<name>[a-z]+) \| (?P<names>[^|]*)\| (?P<suffixes>[^|]*) \|.*\| (?P<runs>yes|no) \|$", re.MULTILINE
)


def test_the_page_lists_every_language_as_it_is() -> None:
    rows = {row["name"]: row for row in ROW.finditer(PAGE.read_text(encoding="utf-8"))}
    assert set(rows) == {language.name for language in BUILT_IN}
    for language in BUILT_IN:
        row = rows[language.name]
        assert set(filter(None, re.split(r", |\s", row["names"].strip()))) <= language.names
        assert tuple(row["suffixes"].split()) == language.suffixes
        assert (row["runs"] == "yes") == language.runs
