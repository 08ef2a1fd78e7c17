"""The scripts under runs/ speak of commands and options that exist."""

import re
import subprocess
from pathlib import Path

import pytest

from command_lines import unknown_options

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "runs").glob("*.sh"))


def commands_in(script: Path) -> list[list[str]]:
    text = re.sub(r"\\\n\s*", " ", script.read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(("#", "echo"))]
    found = [re.findall(r'"\$codefavor" ([^|&;]+)', line) for line in lines]
    return [command.split() for commands in found for command in commands]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_command_and_option_exists(script: Path) -> None:
    commands = commands_in(script)
    sources_steps = "source runs/steps.sh" in script.read_text(encoding="utf-8")
    assert commands or sources_steps, "only a script made of the steps that all share may have none of its own"
    assert {" ".join(command): unknown for command in commands if (unknown := unknown_options(command))} == {}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_shell_can_read_it_and_its_configurations_are_there(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True)
    for path in re.findall(r"configs/[\w./-]+\.yaml", script.read_text(encoding="utf-8")):
        assert (ROOT / path).is_file(), path
