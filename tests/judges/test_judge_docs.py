import re
from pathlib import Path

from codefavor.judges.registry import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "judges.md"
ROW = re.compile(
    r"^\| (?P<name>[a-z0-9]+) \| (?P<forms>[^|]*) \| (?P<what>[^|]*) \| (?P<invariant>[^|]*) \|.*\|$", re.M
)
WORDS = {True: "yes", False: "no", None: "as what it is made of"}


def test_the_page_lists_every_kind_of_judge_as_it_is() -> None:
    heading, *found = ROW.finditer(PAGE.read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in found}
    assert set(rows) == {kind.name for kind in KINDS}
    for kind in KINDS:
        row = rows[kind.name]
        assert tuple(re.findall("`([^`]+)`", row["forms"])) == kind.forms
        assert (row["what"], row["invariant"]) == (kind.description, WORDS[kind.order_invariant])
