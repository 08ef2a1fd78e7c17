"""`codefavor compare`: what a criterion, a language, a text and the two orders are, and what is said where."""

import json
import subprocess
from pathlib import Path

import pytest

from command_runs import refusal, run, write_files
from criterion_doors import INSTRUCTION, MEANS_NO_ASPECT, MEANS_SECURITY, NO_ASPECT, OPEN, SAFE


def compare(*arguments: object, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return run("compare", *arguments, input=text)


def answer(*arguments: object, text: str | None = None) -> dict[str, object]:
    ran = compare(*arguments, "--json", text=text)
    assert ran.returncode == 0, ran.stderr
    read = json.loads(ran.stdout)
    assert isinstance(read, dict)
    return read


def assert_refused(ran: subprocess.CompletedProcess[str], reason: str) -> None:
    assert reason in refusal(ran)


@pytest.fixture
def codes(tmp_path: Path) -> list[Path]:
    return write_files(tmp_path, {"open.py": OPEN, "safe.py": SAFE})


@pytest.mark.parametrize("criterion", MEANS_SECURITY)
def test_a_criterion_is_a_name_in_any_case_or_words_that_mean_an_aspect(codes: list[Path], criterion: str) -> None:
    found = answer(*codes, "--instruction", INSTRUCTION, "--judge", "evidence", "--criterion", criterion)
    assert found["choice"] == "B"


def test_words_that_mean_no_aspect_leave_evidence_undecided(codes: list[Path]) -> None:
    for judge in ("evidence", "grounded"):
        found = answer(*codes, "--instruction", INSTRUCTION, "--judge", judge, "--criterion", MEANS_NO_ASPECT)
        assert found["choice"] is None and NO_ASPECT in str(found["undecided"]), judge


def test_texts_are_read_from_files_and_standard_input(codes: list[Path], tmp_path: Path) -> None:
    task, words = tmp_path / "task.txt", tmp_path / "words.txt"
    task.write_text(INSTRUCTION, encoding="utf-8")
    words.write_text("Shorter.\n", encoding="utf-8")
    asked = ("--judge", "shorter", "--criterion", f"@{words}", "--instruction")
    assert answer(*codes, *asked, f"@{task}")["choice"] == "B"
    assert answer(*codes, *asked, "-", text=INSTRUCTION)["choice"] == "B"
    assert answer("-", codes[1], *asked, INSTRUCTION, text=OPEN)["choice"] == "B"
    assert_refused(compare("-", "-", *asked, INSTRUCTION, text=OPEN), "can be given once")
    assert_refused(compare(*codes, *asked, f"@{tmp_path / 'none.txt'}"), "none.txt")
    assert_refused(compare(*codes, "--judge", "shorter", "--instruction", "x"), "--criterion")


def test_the_language_comes_from_the_suffixes(tmp_path: Path) -> None:
    codes = write_files(tmp_path, {"a.js": "x", "b.mjs": "xx", "c.py": "xxx", "d.txt": "xxxx"})
    asked = ("--judge", "shorter", "--criterion", "Shorter.", "--instruction", "Add.")
    assert answer(*codes[:2], *asked)["choice"] == "A"
    assert answer(codes[0], codes[3], *asked)["choice"] == "A"
    mixed = compare(codes[0], codes[2], *asked)
    assert_refused(mixed, "is JavaScript")
    assert "is Python" in mixed.stderr
    assert answer(codes[0], codes[2], *asked, "--language", "JS")["choice"] == "A"
    assert_refused(compare(*codes[:2], *asked, "--language", "klingon"), "no language is called 'klingon'")


def test_what_is_not_python_is_not_run_as_python(tmp_path: Path) -> None:
    functions = {"a.go": "func f(x int) int { return x }", "b.go": "func f(x int) int { return x + 1 }"}
    codes = write_files(tmp_path, functions)
    found = answer(*codes, "--judge", "evidence", "--criterion", "correctness", "--instruction", "Write f.")
    assert found["choice"] is None and "Go is not run yet" in str(found["undecided"])


def test_orders_are_both_or_as_given(codes: list[Path]) -> None:
    asked = (*codes, "--judge", "first", "--criterion", "Shorter.", "--instruction", "Add.")
    assert answer(*asked)["undecided"] == "the two orders disagree"
    assert answer(*asked, "--orders", "given")["choice"] == "A"
    assert compare(*asked, "--orders", "swapped").returncode == 2


def test_the_log_is_written_to_standard_error_where_asked_for(codes: list[Path]) -> None:
    asked = (*codes, "--judge", "shorter", "--criterion", "Shorter.", "--instruction", "Add.")
    silent, verbose, quiet = compare(*asked), compare(*asked, "-vv"), compare(*asked, "-q")
    assert silent.stdout == verbose.stdout == quiet.stdout
    assert silent.stderr == quiet.stderr == ""
    assert "DEBUG codefavor.api: " in verbose.stderr
