"""Evolvers in languages other than Python: whole runs, what passes their filters, what is refused by name."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from codefavor.config import load_config
from codefavor.errors import ConfigError
from codefavor.evolve.commit_filter import CommitFilter, is_source, to_seed
from codefavor.evolve.commit_seed import CommitChange, CommitSeed
from codefavor.evolve.filters import PairFilter
from codefavor.evolve.instructions import read_docstrings
from codefavor.evolve.prompts.critic_evol import critic_system
from codefavor.evolve.protocol import Discard
from codefavor.evolve.prune_context import prune_to_change
from codefavor.evolve.regress_evol.regress import RegressEvolConfig
from codefavor.evolve.requested_code import defines, requested_name
from codefavor.jsonl import read_records
from codefavor.languages.registry import language_named
from codefavor.pairs.criterion import Criterion
from codefavor.pairs.pair import PreferencePair
from loopback.critic import answer
from loopback.runs import draft_run, evolve, summary, write_instructions
from loopback.server import Loopback
from made_pairs import make_pair

MIT = (
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated "
    "documentation files... The above copyright notice and this permission notice shall be included."
)
JAVASCRIPT, TYPESCRIPT, GO = (language_named(name) for name in ("js", "ts", "go"))
SLOW = (
    "export function total{n}(items) {{\n  let sum = {n};\n  for (const item of items) sum += item;\n"
    "  return sum;\n}}\n"
)
FAST = "export const total{n} = (items) => items.reduce((sum, item) => sum + item, {n});\n"


def commit(path: Path, message: str, **files: str) -> str:
    """Commit files, made with the first commit their repository; `_js` ends a name as `.js`."""
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": "/dev/null"}
    who |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(path), *arguments]
        done = subprocess.run(command, env={**os.environ, **who}, capture_output=True, check=True, text=True)
        return done.stdout.strip()

    if not path.exists():
        path.mkdir(parents=True)
        git("init", "-q", "-b", "main")
    for name, content in files.items():
        stem, _, suffix = name.rpartition("_")
        (path / (f"{stem}.{suffix}" if stem else name)).write_text(content, encoding="utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", message)
    return git("rev-parse", "HEAD")


def test_commits_of_a_javascript_repository_become_pairs(tmp_path: Path) -> None:
    shop, out = tmp_path / "shop", tmp_path / "run"
    commit(shop, "begin the project", LICENSE=MIT, other_py="x = 1\n")
    for n in range(12):
        commit(shop, f"add up one item at a time, {n}", total_js=SLOW.format(n=n))
        commit(shop, f"reduce instead of a loop, {n}", total_js=FAST.format(n=n))
    commit(shop, "change the Python file only", other_py="x = 2\n")
    commit(shop, "say a word about the function", total_js="// A remark.\n" + FAST.format(n=11))
    with Loopback(answer) as server:
        critic = ("--critic", "vllm/critic", "--base-url", server.url)
        done = evolve("commit-instruct", "--repo", shop, "--language", "js", *critic, "--out", out)
        assert done.returncode == 0, done.stderr
        prompts = [body.body["messages"] for body in server.tally.asked]
    assert all(messages[0]["content"].startswith("You are an experienced JavaScript reviewer") for messages in prompts)
    assert any("```javascript\n" in messages[1]["content"] for messages in prompts)
    pairs, counts = list(read_records(out / "pairs.jsonl", PreferencePair)), summary(out)
    assert pairs and counts["kept"] + counts["discarded"] == 23
    assert {pair.language for pair in pairs} == {"javascript"}
    assert all(JAVASCRIPT.syntax.check(pair.chosen) is None for pair in pairs)
    assert counts["not_seeds"] == {
        "no JavaScript file": 2,
        "no change beyond whitespace, comments and docstrings": 1,
        "file added or deleted": 1,
    }
    assert counts["languages"] == {"javascript": len(pairs)}
    assert f"{len(pairs)} pairs of JavaScript code" in (out / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["typescript", "go"])
def test_critic_evol_drafts_and_revises_in_other_languages(tmp_path: Path, name: str) -> None:
    instructions, out = write_instructions(tmp_path / "instructions.jsonl", 20), tmp_path / "run"
    with Loopback(answer) as server:
        run = draft_run(instructions, server.url, out)
        done = evolve(*run, "--language", name)
        assert done.returncode == 0, done.stderr
        assert evolve(*run).returncode == 2
    language = language_named(name)
    pairs = list(read_records(out / "pairs.jsonl", PreferencePair))
    assert len(pairs) > 5 and {pair.language for pair in pairs} == {name}
    for pair in pairs:
        assert language.syntax.check(pair.chosen) is None and language.syntax.check(pair.rejected) is None
    assert summary(out)["discarded_by"].keys() <= {"critique", "near-duplicate"}


def test_the_critic_is_told_that_its_examples_are_in_python() -> None:
    assert "examples" not in critic_system(language_named("python"))
    assert "The examples are in Python; your answers are about Go and hold Go only." in critic_system(GO)


def test_edit_pack_rows_are_read_in_the_language_of_the_run(tmp_path: Path) -> None:
    row = {"old_contents": SLOW.format(n=1), "new_contents": FAST.format(n=1), "message": "reduce instead of a loop"}
    rows = [{"commit": "a", "lang": "JavaScript"}, {"commit": "b", "lang": "Python"}, {"commit": "c"}]
    path = tmp_path / "edits.jsonl"
    path.write_text("".join(json.dumps({**row, **more, "license": "mit"}) + "\n" for more in rows), encoding="utf-8")
    done = evolve(
        *("commit-instruct", "--edit-pack", path, "--critic", "openai/gpt-4o", "--language", "javascript"),
        *("--out", tmp_path / "run", "--dry-run"),
    )
    assert done.returncode == 0, done.stderr
    assert "openai/gpt-4o: 2 seeds" in done.stdout and "commit to a JavaScript project" in done.stdout


def change(before: str, after: str, path: str = "a.ts") -> CommitChange:
    return CommitChange(
        source="s", source_id="1", license="mit", message="say what it does", path=path, before=before, after=after
    )


FILLER = "\n\n".join(
    f"  /** Adds {n}. */\n  plus{n}(x: number): number {{\n    return x + {n};\n  }}" for n in range(60)
)
TOTAL = "  total(items: number[]): number {\n    return SUM;\n  }"
LONG = f"import {{ log }} from './log';\n\nexport class Sums {{\n{TOTAL}\n\n{FILLER}\n}}\n"


def test_a_long_file_is_pruned_to_the_functions_that_change() -> None:
    before, after = LONG.replace("SUM", "items.length"), LONG.replace("SUM", "items.reduce((a, b) => a + b, 0)")
    rules = CommitFilter(max_code_chars=500)
    seed = to_seed(change(before, after), rules, TYPESCRIPT)
    assert isinstance(seed, CommitSeed)
    assert seed.before == "  total(items: number[]): number {\n    return items.length;\n  }\n"
    assert "reduce" in seed.after and "plus7" not in seed.after and "import" not in seed.after
    moved = after.replace("'./log'", "'./logging'")
    seed = to_seed(change(before, moved), rules, TYPESCRIPT)
    assert isinstance(seed, CommitSeed) and seed.after.startswith("import { log } from './logging';\n\n")
    remark = before.replace("return items.length;", "return items.length; // all of them")
    dropped = to_seed(change(before, remark), rules, TYPESCRIPT)
    assert isinstance(dropped, Discard) and "no change beyond whitespace, comments" in dropped.reason
    assert isinstance(to_seed(change(before, "class {"), rules, TYPESCRIPT), Discard)


def test_what_stands_twice_is_pruned_as_often() -> None:
    before, after = "func a() {}\n\nfunc a() {}\n" + "\n" * 50, "func a() {}\n" + "\n" * 60
    assert prune_to_change("package p\n\n" + before, "package p\n\n" + after, 20, GO) == ("func a() {}\n", "")


@pytest.mark.parametrize(
    ("path", "code", "reason"),
    [
        ("app.min.js", SLOW.format(n=1), "generated"),
        ("node_modules/a/total.js", SLOW.format(n=1), "vendored"),
        ("a.js", "/*\n * Code generated by a tool.\n */\n" + SLOW.format(n=1), "generated"),
        ("a.js", "// Code generated by a tool. DO NOT EDIT.\n" + SLOW.format(n=1), "generated"),
        ("a.js", "function (", "does not parse"),
    ],
)
def test_filters_know_what_other_languages_look_like(path: str, code: str, reason: str) -> None:
    dropped = to_seed(change(FAST.format(n=1), code, path), CommitFilter(), JAVASCRIPT)
    assert isinstance(dropped, Discard) and dropped.reason == reason


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [("a.tsx", "ts", True), ("a.d.ts", "ts", False), ("a.js", "ts", False), ("a.pyi", "py", False), ("a", "py", False)],
)
def test_a_file_belongs_to_the_language_of_its_suffix(path: str, name: str, expected: bool) -> None:
    assert is_source(path, language_named(name)) is expected


@pytest.mark.parametrize(
    ("instruction", "language", "name"),
    [
        ("Write a JavaScript function `addAll(items)` that adds.", "js", "addAll"),
        ("Complete this:\n```go\nfunc Area(r float64) float64 {\n```", "go", "Area"),
        ("Complete this:\n```rust\nfn area(r: f64) -> f64 {\n```", "rust", "area"),
        ("Implement a class named Stack with push.", "java", "Stack"),
        ("Write a function `print` that prints.", "js", "print"),
        ("Complete this:\n```ts\ninterface Shape<T> {\n```", "ts", "Shape"),
        ("Write a function that adds two numbers.", "js", None),
        ("Write a function taking (a, b) and a struct type: their sum.", "go", None),
        ("Given an object user: {name}, return its name.", "js", None),
    ],
)
def test_the_name_asked_for_is_found(instruction: str, language: str, name: str | None) -> None:
    assert requested_name(instruction, language_named(language)) == name


@pytest.mark.parametrize(
    ("code", "name", "language", "expected"),
    [
        ("const f = (x) => x;", "f", "js", True),
        ("class A { f() {} }", "f", "js", True),
        ("f(1);", "f", "js", False),
        ("class Stack {}", "Stack", "java", True),
        ("// class Stack\nclass Heap {}", "Stack", "java", False),
        ("struct Stack { items: Vec<i32> }", "Stack", "rust", True),
        ("function (", "f", "js", False),
    ],
)
def test_definitions_are_found(code: str, name: str, language: str, expected: bool) -> None:
    assert defines(code, name, language_named(language)) is expected


def test_a_pair_in_a_language_that_is_not_known_is_dropped() -> None:
    pair = make_pair("a", "b", Criterion(text="c"), instruction="Add.", language="cobol")
    dropped = PairFilter(comments="keep").check(pair)
    assert isinstance(dropped, Discard) and "cobol" in dropped.reason


def test_documented_functions_of_a_repository_become_instructions(tmp_path: Path) -> None:
    says = "// {name} returns the sum of both numbers, and of nothing but them.\n"
    code = "package sums\n\n" + "".join(
        says.format(name=name) + f"func {name}(a int, b int) int {{\n\treturn a + b\n}}\n\n"
        for name in ("Add", "testAdd")
    )
    commit(tmp_path / "sums", "begin", sums_go=code + "func Short() {}\n", broken_go="func (")
    (seed,) = read_docstrings(tmp_path / "sums", GO)
    assert seed.source_id == "sums.go:Add"
    assert seed.instruction.startswith("Write the Go function `func Add(a int, b int) int`.\n\nAdd returns the sum")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--language", "cobol"), "no language is called 'cobol'; known are python, javascript"),
        (("--language", "ts", "--verify"), "TypeScript cannot be run yet"),
    ],
)
def test_what_a_language_cannot_do_is_refused_in_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    critic = ("--critic", "vllm/critic", "--repo", tmp_path, "--out", tmp_path / "run")
    done = evolve("commit-instruct", *critic, *arguments)
    assert done.returncode == 2 and message in done.stderr
    assert not (tmp_path / "run").exists()


def test_regress_evol_knows_python_only(tmp_path: Path) -> None:
    done = evolve("regress-evol", "--source", tmp_path, "--language", "js", "--out", tmp_path / "run")
    assert done.returncode == 2
    assert "Regress-Evol makes pairs in Python only; JavaScript is not supported yet" in done.stderr
    assert load_config(RegressEvolConfig, None, {"source": "stdlib", "language": "py"}).language == "python"
    with pytest.raises(ConfigError, match="Python only"):
        load_config(RegressEvolConfig, None, {"source": "stdlib", "language": "go"})
