import json
import stat
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from codefavor.sandbox.native.probe import best_layers
from criterion_doors import MEANS_NO_ASPECT, MEANS_SECURITY, NO_ASPECT, OPEN, SAFE
from git_repository import GitRepository, review

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))

MEDIAN = '''
STEP = 2


def middle(items: list[int]) -> float:
    """Return the median.

    >>> middle([3, 1, 2])
    2
    >>> middle([4, 1, 2, 3])
    2.5
    """
    ordered = sorted(items)
    half = len(ordered) // STEP
    if len(ordered) % STEP:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2
'''
RUN = """
import subprocess


class Shell:
    def run(self, name):
        return subprocess.run(["ls", name], check=True)
"""


@pytest.fixture(scope="module")
def worse(tmp_path_factory: pytest.TempPathFactory) -> GitRepository:
    """A last commit that forgets to sort, lets a shell in, and leaves a name undefined."""
    repository = GitRepository(tmp_path_factory.mktemp("worse"))
    repository.commit({"median.py": MEDIAN, "pkg/shell.py": RUN, "names.py": "def f(x):\n    return x + 1\n"})
    repository.commit(
        {
            "median.py": MEDIAN.replace("sorted(items)", "list(items)"),
            "pkg/shell.py": RUN.replace('["ls", name], check=True', '"ls " + name, shell=True, check=True'),
            "names.py": "def f(x):\n    return x + one\n",
        }
    )
    return repository


@pytest.fixture(scope="module")
def found(worse: GitRepository) -> dict[str, Any]:
    answer = review(worse.folder, "--format", "json")
    assert answer.returncode == 1, answer.stderr
    return {function["name"]: function for function in json.loads(answer.stdout)["functions"]}


def by(function: dict[str, Any], aspect: str) -> dict[str, Any]:
    (judged,) = [each for each in function["judged"] if each["criterion"]["aspect"] == aspect]
    assert isinstance(judged, dict)
    return judged


def test_a_broken_function_is_worse_with_the_witness(found: dict[str, Any]) -> None:
    judged = by(found["middle"], "correctness")
    assert judged["outcome"] == "worse" and judged["probability"] > 0.8
    assert "middle([3, 1, 2]) should give 2, and gives 1" in judged["words"]
    assert by(found["middle"], "security")["outcome"] == "undecided"


def test_a_weakness_is_worse_and_on_its_line(found: dict[str, Any]) -> None:
    assert by(found["Shell.run"], "security")["outcome"] == "worse"
    assert "It is a method" in by(found["Shell.run"], "correctness")["words"]
    assert {finding["line"] for finding in found["Shell.run"]["new_findings"]} == {7}


def test_a_name_that_the_whole_module_lacks_is_worse(found: dict[str, Any]) -> None:
    judged = by(found["f"], "correctness")
    assert judged["outcome"] == "worse" and "nothing defines one" in judged["words"]


def test_the_way_back_is_better_and_passes(worse: GitRepository) -> None:
    answer = review(worse.folder, "HEAD..HEAD~1", "--format", "json")
    assert answer.returncode == 0, answer.stderr
    outcomes = [each["outcome"] for function in json.loads(answer.stdout)["functions"] for each in function["judged"]]
    assert outcomes.count("better") >= 3 and "worse" not in outcomes


def test_files_are_written_and_sarif_fits_its_schema(worse: GitRepository, tmp_path: Path) -> None:
    log, comment = tmp_path / "review.sarif", tmp_path / "review.md"
    answer = review(worse.folder, "--write", str(log), "--write", str(comment), "--fail-on", "never")
    assert answer.returncode == 0, answer.stderr
    assert "median.py:5 middle (changed)" in answer.stdout and "worse (0." in answer.stdout
    sarif = json.loads(log.read_text(encoding="utf-8"))
    jsonschema.Draft4Validator(SCHEMA).validate(sarif)
    (run,) = sarif["runs"]
    rules = {result["ruleId"] for result in run["results"]}
    assert {"worse/correctness", "worse/security"} <= rules and any(rule.startswith("finding/") for rule in rules)
    shell = [result for result in run["results"] if result["ruleId"] == "worse/security"][0]["locations"][0]
    assert shell["physicalLocation"]["artifactLocation"]["uri"] == "pkg/shell.py"
    told = comment.read_text(encoding="utf-8")
    assert "`median.py:5 middle`" in told and "**correctness**: worse" in told and "should give 2" in told


def test_a_schema_that_is_checked_can_fail() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate({"version": "2.1.0", "runs": [{"results": []}]})


def test_a_staged_change_is_reviewed_before_it_is_committed(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"sub/median.py": MEDIAN})
    repository.write({"sub/median.py": MEDIAN.replace("sorted(items)", "list(items)")})
    answer = review(tmp_path / "sub", "--staged", "--criterion", "correctness")
    assert answer.returncode == 1, answer.stderr
    assert "staged changes against" in answer.stdout and "1 function: 1 worse" in answer.stdout
    index = tmp_path / "empty-index"
    repository.git("reset", "--quiet", "--hard")
    assert review(tmp_path, "--staged", GIT_INDEX_FILE=str(tmp_path / ".git" / "index")).returncode == 0
    assert "deleted" in review(tmp_path, "--staged", GIT_INDEX_FILE=str(index)).stdout


def test_what_only_looks_different_is_no_difference(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"a.py": "def f(x):\n    return x+1\n", "b.md": "x", "c.py": "N = 1\n"})
    repository.commit(
        {"a.py": "def f(x: int) -> int:\n    # one more\n    return x + 1\n", "b.md": "y", "c.py": "N = 2\n"}
    )
    answer = review(tmp_path)
    assert answer.returncode == 0
    assert "no difference: Only comments, docstrings, annotations or layout differ." in answer.stdout
    assert "not judged: c.py: No function changed in it." in answer.stdout and "b.md" not in answer.stdout
    assert "No function differs in HEAD..HEAD." in review(tmp_path, "HEAD..HEAD").stdout


def test_a_change_in_another_language_is_named_as_not_reviewed(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"sum.js": "export function sum(a, b) { return a + b }\n"})
    repository.commit({"sum.js": "export function sum(a, b) { return a - b }\n"})
    answer = review(tmp_path, "--criterion", "Security", "--criterion", "easier to read")
    assert answer.returncode == 0, answer.stderr
    reason = "JavaScript is not reviewed yet. Functions that differ: sum (changed)."
    assert f"not judged: sum.js: {reason}" in answer.stdout and "No function was reviewed in " in answer.stdout
    told = json.loads(review(tmp_path, "--json").stdout)
    assert told["not_judged"] == [{"path": "sum.js", "reason": reason}] and not told["functions"]
    assert json.loads(review(tmp_path, "--format", "json").stdout) == told
    assert review(tmp_path, "--json", "--format", "sarif").returncode == 2


def test_criteria_are_named_in_any_case_and_in_words(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"a.py": SAFE})
    repository.commit({"a.py": OPEN})
    criteria = [word for words in (*MEANS_SECURITY, MEANS_NO_ASPECT) for word in ("--criterion", words)]
    (function,) = json.loads(review(tmp_path, "--json", "--judge", "evidence", *criteria).stdout)["functions"]
    assert [judged["outcome"] for judged in function["judged"]] == ["worse", "worse", "worse", "undecided"]
    assert function["judged"][-1]["words"] == NO_ASPECT


def test_a_change_of_behaviour_names_no_winner(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"a.py": "def f(count: int):\n    return count + 1\n"})
    repository.commit(
        {"a.py": "def f(count: int):\n    if count < 0:\n        raise ValueError\n    return count + 2\n"}
    )
    answer = review(tmp_path, "--criterion", "correctness")
    assert answer.returncode == 0
    assert "undecided: " in answer.stdout and "which names no winner" in answer.stdout
    assert "they differ: f(" in answer.stdout


COUNT = 'STEP = {step}\n\n\ndef f(count: int):\n    """Count.\n\n    >>> f(1)\n    1\n    """\n    return {value}\n'


def judge_change(folder: Path, *options: str, value: str = "count + STEP", step: str = "0") -> dict[str, Any]:
    """Review a change of a function that counts, and return what is said of it."""
    repository = GitRepository(folder)
    repository.commit({"a.py": COUNT.format(value="count + STEP * 1", step=step)})
    repository.commit({"a.py": COUNT.format(value=value, step=step)})
    answer = review(folder, "--criterion", "correctness", "--format", "json", *options)
    (function,) = json.loads(answer.stdout)["functions"]
    (judged,) = function["judged"]
    assert isinstance(judged, dict)
    return judged


needs_sandbox = pytest.mark.skipif(not best_layers()[1].safe, reason="foreign code cannot be run natively here")


@pytest.mark.parametrize(
    ("engine", "value", "step"),
    [
        pytest.param("native", "count + sum(range(10**11))", "0", marks=needs_sandbox),
        ("auto", "count + STEP", "sum(range(10**11))"),
    ],
    ids=["a call natively", "loading"],
)
def test_what_takes_too_long_is_stopped_and_held_against_nobody(
    tmp_path: Path, engine: str, value: str, step: str
) -> None:
    judged = judge_change(tmp_path, "--engine", engine, value=value, step=step)
    assert judged["outcome"] == "undecided" and "It was stopped after 1 s of running it." in judged["words"]


def test_too_much_work_on_an_example_is_a_failure_and_sleep_takes_no_time(tmp_path: Path) -> None:
    working = judge_change(tmp_path / "works", value="count + sum(range(10**11)) * 0")
    assert working["outcome"] == "worse" and "too much work: it was stopped" in working["words"]
    asleep = judge_change(tmp_path / "sleeps", value="count + (__import__('time').sleep(10**6) or 0)")
    assert asleep["outcome"] == "undecided" and "B: passes 1 examples, fails 0" in asleep["evidence"]


def test_the_environments_secrets_stay_away_from_git(tmp_path: Path, worse: GitRepository) -> None:
    fake, seen = tmp_path / "git", tmp_path / "seen"
    fake.write_text(f'#!/bin/sh\nenv >> {seen}\nexec /usr/bin/git "$@"\n', encoding="utf-8")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    answer = review(worse.folder, "--criterion", "security", PATH=f"{tmp_path}:/usr/bin:/bin", OPENAI_API_KEY="s3cret")
    assert answer.returncode == 1, answer.stderr
    assert "GIT_CONFIG_NOSYSTEM" in seen.read_text(encoding="utf-8")
    assert "s3cret" not in seen.read_text(encoding="utf-8")


def test_hostile_names_and_configuration_do_nothing(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "r")
    mark = tmp_path / "ran"
    repository.git("config", "core.fsmonitor", f"touch {mark}")
    repository.git("config", "diff.external", f"touch {mark}")
    repository.git("config", "diff.x.textconv", f"touch {mark}")
    name = "a\x1b[31m`@all`<img>|.py"
    repository.commit({".gitattributes": "*.py diff=x\n"})
    repository.commit({name: f"import os\nos.system('touch {mark}')\n\ndef f(x):\n    return eval(x)\n"})
    mark.unlink(missing_ok=True)
    printed = {kind: review(repository.folder, "--format", kind).stdout for kind in ("text", "markdown", "sarif")}
    assert not mark.exists()
    assert not any("\x1b" in text for text in printed.values())
    assert "| ``" in printed["markdown"]
    jsonschema.Draft4Validator(SCHEMA).validate(json.loads(printed["sarif"]))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--repo", "/nowhere"), "no git repository"),
        (("nowhere",), "no commit is called 'nowhere'"),
        (("HEAD", "--staged"), "exclude each other"),
        (("--fail-on", "0.1"), "--fail-on 0.1"),
        (("--fail-on", "often"), "--fail-on often"),
        (("--write", "a.pdf"), "suffix"),
        (("--judge", "nobody"), "no judge is called 'nobody'"),
        (("--criterion", " "), "say what better means"),
    ],
)
def test_bad_input_ends_with_two_and_a_sentence(worse: GitRepository, arguments: tuple[str, ...], told: str) -> None:
    answer = review(worse.folder, *arguments)
    assert answer.returncode == 2
    assert told in answer.stderr and answer.stderr.startswith("error: ") and answer.stderr.count("\n") == 1
