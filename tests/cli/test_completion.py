"""What the shell is offered when Tab is pressed, by the protocol that the installed completion speaks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codefavor.cli.command import VERBS
from codefavor.pairs.criterion import Aspect
from plugin_package import install_module

PROGRAM = Path(sys.executable).with_name("codefavor")


def run(*arguments: str, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CODEFAVOR_", "_CODEFAVOR"))}
    ran = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, env=kept | environment)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def offered(line: str, **environment: str) -> list[str]:
    """Return what bash is offered at the end of `line`."""
    words = line.split(" ")
    asked = {"_CODEFAVOR_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    return run(**asked, **environment).split()


def test_every_verb_is_offered() -> None:
    assert offered("codefavor ") == list(VERBS)
    assert offered("codefavor ra") == ["rank"]
    assert offered("codefavor xyz") == []


ALL_VERBS = """
import contextlib, io, os, sys
from codefavor.cli.main import main
sys.argv = ["codefavor"]
for verb in sys.stdin.read().split():
    os.environ |= {"_CODEFAVOR_COMPLETE": "complete_bash", "COMP_WORDS": f"codefavor {verb} --", "COMP_CWORD": "2"}
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
        main()
    print(verb, *said.getvalue().split())
"""


def test_options_of_every_verb_are_offered() -> None:
    # One process for all of them, since they share what takes long to import.
    command, verbs = [sys.executable, "-c", ALL_VERBS], " ".join(VERBS)
    ran = subprocess.run(command, input=verbs, capture_output=True, text=True, check=True)
    lines = {verb: options for verb, *options in map(str.split, ran.stdout.splitlines())}
    assert list(lines) == list(VERBS)
    assert all("--help" in options and all(each.startswith("--") for each in options) for options in lines.values())
    assert "--judge" in lines["serve"] and "--deep" in lines["doctor"]


@pytest.mark.parametrize(
    ("line", "offers"),
    [
        ("evolve re", ["regress-evol"]),
        ("evolve regress-evol --as", ["--aspects"]),
        ("compare --criterion ", list(Aspect)),
        ("compare --judge gr", ["grounded", "grounded:"]),
        ("compare a.py ", []),  # the shell offers files then
    ],
)
def test_commands_options_and_values_are_offered(line: str, offers: list[str]) -> None:
    assert offered(f"codefavor {line}") == offers


def test_what_other_packages_add_is_offered(tmp_path: Path) -> None:
    entries = {"codefavor.judges": {"tabs": "tabs:load"}, "codefavor.evolvers": {"twist": "tabs:load"}}
    place = str(install_module(tmp_path / "place", "tabs", "raise ValueError('imported')", entries))
    assert offered("codefavor compare --judge ta", PYTHONPATH=place) == ["tabs"]
    assert offered("codefavor evolve plugin tw", PYTHONPATH=place) == ["twist"]


def test_zsh_and_fish_are_offered_lines_with_help() -> None:
    zsh = run(_CODEFAVOR_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="codefavor compare --ord")
    assert '"--orders":"Judge both orders of A and B, or the order given alone."' in zsh
    fish = {"_CODEFAVOR_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    assert run(**fish, _TYPER_COMPLETE_ARGS="codefavor ran").startswith("rank\t")


@pytest.mark.parametrize(
    ("shell", "mark"),
    [("bash", "complete -o default -F"), ("zsh", "#compdef codefavor"), ("fish", "complete --command")],
)
def test_a_script_is_printed_for_every_shell(shell: str, mark: str) -> None:
    script = run(_CODEFAVOR_COMPLETE=f"source_{shell}")
    assert mark in script and f"_CODEFAVOR_COMPLETE=complete_{shell}" in script


def test_bash_itself_completes_by_the_script(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not here")
    asks = 'COMP_WORDS=(codefavor compare --ju); COMP_CWORD=2; _codefavor_completion codefavor; echo "${COMPREPLY[@]}"'
    script = tmp_path / "completion.sh"
    script.write_text(f"{run(_CODEFAVOR_COMPLETE='source_bash')}\n{asks}\n", encoding="utf-8")
    environment = os.environ | {"PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run([bash, "--norc", script], capture_output=True, text=True, check=True, env=environment)
    assert ran.stdout.split() == ["--judge"]
