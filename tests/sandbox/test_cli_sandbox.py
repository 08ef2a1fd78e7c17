import subprocess
from pathlib import Path

import pytest

from codefavor.sandbox.check_engines import words_for_auto
from codefavor.sandbox.engine_check import EngineCheck
from codefavor.sandbox.native.probe import best_layers
from command_runs import refusal, run

PROGRAM = "print('hello')\nimport socket\nsocket.socket().connect(('127.0.0.1', 1))\n"


def codefavor(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run("sandbox", *arguments)


def test_check_shows_every_engine_guest_and_attack() -> None:
    done = codefavor("check")
    assert done.returncode == 0
    shown = ("wasm", "native", "python-3.15", "quickjs-0.17", "wasmtime", "seccomp", "attack: python: network")
    for name in (*shown, "control: javascript: a program", "attack: network", "Foreign code can be run here.", "auto "):
        assert name in done.stdout


def test_check_of_one_engine_shows_that_one() -> None:
    done = codefavor("check", "--engine", "wasm")
    assert done.returncode == 0
    assert "python-3.15" in done.stdout and "seccomp" not in done.stdout and "auto" not in done.stdout


@pytest.mark.parametrize(
    ("safe", "words"),
    [
        (("wasm", "native"), "natively"),
        (("wasm",), "are not run"),
        (("native",), "work is not counted"),
        ((), "refuses foreign code"),
    ],
)
def test_what_auto_does_is_told_by_what_is_safe(safe: tuple[str, ...], words: str) -> None:
    checks = [EngineCheck(name, {}, {"one": "held" if name in safe else "got through"}) for name in ("wasm", "native")]
    assert words in words_for_auto(checks)


def test_run_says_how_it_ended_what_it_printed_its_work_and_its_engine(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    done = codefavor("run", str(program), "--engine", "wasm")
    assert done.returncode == 0
    assert "hello\n" in done.stdout and "OSError" in done.stdout
    assert "ended with status 1" in done.stdout and " instructions.\n" in done.stdout
    *_, last = done.stdout.splitlines()
    assert last.startswith("It was run by: wasm, Python 3.15 (")


@pytest.mark.skipif(not best_layers()[1].safe, reason="the native engine does not hold on this machine")
def test_run_is_native_where_that_is_asked_for(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    done = codefavor("run", str(program), "--engine", "native")
    assert done.returncode == 0
    assert "It was refused: network." in done.stdout
    *_, last = done.stdout.splitlines()
    assert last.startswith("It was run by: native, CPython ")
    assert "instructions" not in done.stdout


def test_a_missing_program_is_one_sentence(tmp_path: Path) -> None:
    assert "none.py" in refusal(codefavor("run", str(tmp_path / "none.py")))


def test_the_suffix_says_the_language(tmp_path: Path) -> None:
    program = tmp_path / "program.js"
    program.write_text("console.log([1, 2].map((x) => x + 1).join())\n", encoding="utf-8")
    done = codefavor("run", str(program))
    assert done.stdout.startswith("2,3\n") and "It was run by: wasm, QuickJS" in done.stdout


def test_a_program_in_a_language_that_is_not_run_is_refused_by_name(tmp_path: Path) -> None:
    program = tmp_path / "program.rs"
    program.write_text("fn main() {}\n", encoding="utf-8")
    assert "Rust cannot be run yet" in refusal(codefavor("run", str(program)))
