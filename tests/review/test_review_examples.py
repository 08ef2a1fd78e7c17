"""The hook and the workflow name commands and options that exist; what the guide shows is run by tests/docs."""

import shlex
from pathlib import Path

import pytest
import yaml

from command_lines import refusal

ROOT = Path(__file__).parents[2]


def commands() -> list[str]:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    workflow = yaml.safe_load((ROOT / "docs" / "examples" / "codefavor-review.yml").read_text(encoding="utf-8"))
    steps = [step["run"] for step in workflow["jobs"]["review"]["steps"] if "run" in step]
    return [hook["entry"], *(step for step in steps if step.startswith("codefavor"))]


def test_there_are_commands_to_check() -> None:
    assert len(commands()) == 2


@pytest.mark.parametrize("line", commands())
def test_every_command_shown_is_taken(line: str) -> None:
    program, *words = shlex.split(line, comments=True)
    assert program == "codefavor" and refusal(words) is None


def test_the_hook_is_one_that_pre_commit_takes() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {"id", "name", "entry", "language"} <= hook.keys() and hook["pass_filenames"] is False
