import subprocess
import sys
from importlib import import_module

import pytest
import typer

from codefavor.cli.command import VERBS
from command_runs import run as codefavor


def test_help_lists_every_verb() -> None:
    answer = codefavor("--help")
    assert answer.returncode == 0
    assert all(verb in answer.stdout for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_app(verb: str) -> None:
    module = import_module(f"codefavor.cli.{verb.replace('-', '_')}")
    assert isinstance(module.app, typer.Typer)


def test_an_unknown_verb_is_bad_input() -> None:
    answer = codefavor("prefer")
    assert answer.returncode == 2
    assert "No such command 'prefer'" in answer.stderr


HELP_AND_LOADED = """
import sys
sys.argv = ["codefavor", "--help"]
from codefavor.cli.main import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print("loaded:", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_help_loads_nothing_heavy() -> None:
    answer = subprocess.run([sys.executable, "-c", HELP_AND_LOADED], capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.rpartition("loaded:")[2].split())
    assert "typer" in loaded
    assert not loaded & {"torch", "transformers", "trl", "peft", "numpy", "scipy", "sklearn", "openai", "ast_grep_py"}
