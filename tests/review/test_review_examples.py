"""The hook, the workflow and the guide name commands and options that exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from codefavor.cli import bench, review

ROOT = Path(__file__).parents[2]
APPS = {"review": review.app, "bench": bench.app}


def options_of(words: list[str]) -> tuple[set[str], set[str]]:
    """Return the options that a command line uses and those that its command has."""
    assert words[0] == "codefavor"
    command = typer.main.get_command(APPS[words[1]])
    if words[1] == "bench":
        command = command.commands[words[2]]  # type: ignore[attr-defined]
    known = {name for parameter in command.params for name in parameter.opts}
    return {word.partition("=")[0] for word in words if word.startswith("--")}, known


def commands() -> list[str]:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    workflow = yaml.safe_load((ROOT / "docs" / "examples" / "codefavor-review.yml").read_text(encoding="utf-8"))
    steps = [step["run"] for step in workflow["jobs"]["review"]["steps"] if "run" in step]
    guide = (ROOT / "docs" / "guides" / "review.md").read_text(encoding="utf-8").replace("\\\n", " ")
    told = re.findall(r"^    (codefavor .*)$", guide, re.MULTILINE)
    return [hook["entry"], *(step for step in steps if step.startswith("codefavor")), *told]


def test_there_are_commands_to_check() -> None:
    assert len(commands()) >= 9


@pytest.mark.parametrize("line", commands())
def test_every_command_shown_exists_with_its_options(line: str) -> None:
    used, known = options_of(shlex.split(line, comments=True))
    assert used <= known


def test_a_command_that_does_not_exist_is_noticed() -> None:
    used, known = options_of(["codefavor", "review", "--colour"])
    assert not used <= known
    assert CliRunner().invoke(review.app, ["--colour"]).exit_code == 2


def test_the_hook_is_one_that_pre_commit_takes() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert {"id", "name", "entry", "language"} <= hook.keys() and hook["pass_filenames"] is False
