from pathlib import Path
from typing import Self

import pytest
from pydantic import model_validator

from codefavor.config import dump_config, load_config
from codefavor.errors import ConfigError
from codefavor.record import Record


class Steps(Record):
    name: str
    """A name."""
    first: int | None = 1
    """From."""
    last: int = 9
    """To."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.first or 0) > self.last:
            raise ValueError("first lies after last")
        return self


def test_overrides_lie_over_the_file_and_none_means_not_given(tmp_path: Path) -> None:
    path = tmp_path / "steps.yaml"
    path.write_text("name: é\nfirst: 3\n", encoding="utf-8")
    assert load_config(Steps, path, {"first": None, "last": 4}) == Steps(name="é", first=3, last=4)
    assert load_config(Steps, None, {"name": "n"}) == Steps(name="n")


def test_later_files_lie_over_earlier_ones(tmp_path: Path) -> None:
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    files[0].write_text("name: one\nfirst: 3\n", encoding="utf-8")
    files[1].write_text("name: two\n", encoding="utf-8")
    assert load_config(Steps, files, {"last": 5}) == Steps(name="two", first=3, last=5)
    assert load_config(Steps, [], {"name": "n"}) == Steps(name="n")
    files[1].write_text("first: null\n", encoding="utf-8")
    assert load_config(Steps, files, {}) == Steps(name="one", first=None)
    files[1].write_text("name: two\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"one.yaml, .*two.yaml: .*first lies after last"):
        load_config(Steps, files, {"last": 2})


def test_what_was_dumped_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "steps.yaml"
    steps = Steps(name="yes: no # é", first=2)
    path.write_text(dump_config(steps), encoding="utf-8")
    assert load_config(Steps, path, {}) == steps


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"name: n\nstride: 2\n", "stride: Extra inputs are not permitted"),
        (b"first: 2\n", "name: Field required"),
        (b"name: n\nfirst: 10\n", "first lies after last"),
        (b"- name\n", "a mapping of names to values was expected"),
        (b"name: [\n", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b"", "a mapping of names to values was expected"),
    ],
)
def test_a_bad_file_is_refused_by_name_and_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "steps.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=rf"steps.yaml: .*{reason}") as caught:
        load_config(Steps, path, {})
    assert "\n" not in str(caught.value)


def test_a_missing_file_or_a_bad_override_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none.yaml: no such file"):
        load_config(Steps, tmp_path / "none.yaml", {})
    with pytest.raises(ConfigError, match="^last: Input should be a valid integer"):
        load_config(Steps, None, {"name": "n", "last": "soon"})
