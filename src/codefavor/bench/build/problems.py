"""Problems that a benchmark is made of: what is asked, how an answer is tested, what is known to be right or insecure.

Rows of our own shape, of MBPP and of HumanEval are read. Nothing is run here.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError, model_validator

from codefavor.errors import DataError, RecordError
from codefavor.jsonl import read_rows
from codefavor.record import Record, explain

_OLD_NAMES = {"typed": "stdin", "printed": "stdout"}


class ProgramTest(Record):
    """A test of a program that reads standard input."""

    stdin: str
    """What it finds on standard input."""
    stdout: str
    """What it must print; white space at the end of lines does not count."""

    @model_validator(mode="before")
    @classmethod
    def _of_version_0_1(cls, content: Any) -> Any:
        """Read the names that files for version 0.1 have."""
        if not isinstance(content, dict):
            return content
        return {_OLD_NAMES.get(name, name): value for name, value in content.items()}


class Problem(Record):
    """Something that code was asked for."""

    id: str
    """Its name, unique in its file; the cluster of the statistics."""
    instruction: str
    """What is asked for, as a judge will read it."""
    tests: tuple[str, ...] = ()
    """Statements in the names of the answer that raise nothing if it is right, such as `assert f(2) == 4`."""
    cases: tuple[ProgramTest, ...] = ()
    """Tests of a program; a problem has tests or cases, not both."""
    setup: str = ""
    """Code that stands before every answer."""
    work: tuple[str, ...] = ()
    """What efficiency is counted on: calls such as `f(list(range(5000)))`, or standard inputs of a program; from the
    smallest, since the largest that all samples finish counts."""
    solutions: tuple[str, ...] = ()
    """Code known to be right; tested all the same."""
    insecure: str | None = None
    """Code with a weakness, which samples are to mend."""
    license: str | None = None
    """The licence of the problem and its solutions."""


def read_problems(path: Path, license_name: str | None = None) -> dict[str, Problem]:
    """Return the problems of a JSON Lines file by id.

    Args:
        path: rows as `Problem`, of MBPP (`text`, `code`, `test_list`), or HumanEval (`prompt`, `test`, `entry_point`).
        license_name: the licence where a row names none.

    Raises:
        DataError: the file is unreadable or empty.
        RecordError: a row is of another kind, or repeats an id.
    """
    problems: dict[str, Problem] = {}
    for number, row in read_rows(path):
        try:
            problem = Problem.model_validate(_fields(row))
        except ValidationError as error:
            raise RecordError(path, number, explain(error)) from None
        except KeyError as error:
            raise RecordError(path, number, f"no {error.args[0]}") from None
        if problem.id in problems:
            raise RecordError(path, number, f"the problem {problem.id} is there twice")
        problems[problem.id] = problem.model_copy(update={"license": problem.license or license_name})
    if not problems:
        raise DataError(f"{path}: no problems in it")
    return problems


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    if "test_list" in row:
        return dict(_mbpp(row))
    if "entry_point" in row and "test" in row:
        return dict(_human_eval(row))
    return row


def _mbpp(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    tests = [*row["test_list"], *row.get("challenge_test_list", ())]
    yield "id", str(row["task_id"])
    # The text alone does not say what the function is called, so one test is part of the instruction.
    yield "instruction", f"{row['text'].strip()}\n{row['test_list'][0]}"
    yield "tests", tuple(tests)
    yield "setup", row.get("test_setup_code", "")
    yield "solutions", (_lines(row["code"]),)


def _human_eval(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "id", str(row["task_id"])
    yield "instruction", row["prompt"]
    yield "tests", (f"{row['test']}\ncheck({row['entry_point']})",)
    yield "solutions", (_lines(row["prompt"] + row["canonical_solution"]),)


def _lines(code: str) -> str:
    return code.replace("\r\n", "\n").replace("\r", "\n")
