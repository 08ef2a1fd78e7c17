import subprocess
from pathlib import Path

import pytest

from codefavor.sandbox.native.probe import best_layers
from command_runs import run

if not best_layers()[1].safe:
    pytest.skip("foreign code cannot be run safely on this machine", allow_module_level=True)


def codefavor(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run("sandbox", *arguments)


def test_check_shows_every_layer_and_attack() -> None:
    done = codefavor("check")
    assert done.returncode == 0
    for name in ("seccomp", "landlock", "attack: network", "Foreign code can be run here."):
        assert name in done.stdout


def test_run_says_how_it_ended_what_it_printed_and_what_was_refused(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("print('hello')\nimport socket\nsocket.socket()\n", encoding="utf-8")
    done = codefavor("run", str(program))
    assert done.returncode == 0
    assert "hello\n" in done.stdout
    assert "PermissionError" in done.stdout
    assert "ended with status 1" in done.stdout
    assert "It was refused: network." in done.stdout


def test_a_missing_program_is_one_sentence(tmp_path: Path) -> None:
    done = codefavor("run", str(tmp_path / "none.py"))
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1


def test_a_program_in_a_language_that_is_not_run_is_refused_by_name(tmp_path: Path) -> None:
    program = tmp_path / "program.rb"
    program.write_text("print(1)\n", encoding="utf-8")
    refused = codefavor("run", str(program))
    assert refused.returncode == 2 and "Ruby cannot be run yet" in refused.stderr
    assert "1\n" in codefavor("run", str(program), "--language", "python").stdout
