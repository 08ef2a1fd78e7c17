"""The Dockerfile, read and not built: there is no daemon where tests run."""

import re
import shlex
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    lines = [line for line in TEXT.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in joined.splitlines() if line]


def arguments_of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def ignored(path: str) -> bool:
    """Say whether .dockerignore keeps a path at the top of the checkout out; the last pattern that fits decides."""
    kept_out = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#") and fnmatch(path, line.removeprefix("!")):
            kept_out = not line.startswith("!")
    return kept_out


def test_it_has_only_instructions_that_docker_knows() -> None:
    known = {"FROM", "ARG", "RUN", "COPY", "USER", "WORKDIR", "ENTRYPOINT", "CMD"}
    assert {name for name, _ in instructions()} == known


def test_what_is_copied_is_there_and_not_ignored() -> None:
    stages = {words.split(" AS ")[1] for words in arguments_of("FROM") if " AS " in words}
    for words in map(shlex.split, arguments_of("COPY")):
        if words[0].startswith("--from="):
            assert words[0].removeprefix("--from=") in stages
            continue
        for source in words[:-1]:
            assert (ROOT / source).exists() and not ignored(source), source
    assert all(map(ignored, (".git", ".venv", "tests", "demo", ".env")))


def test_what_builds_the_wheel_is_copied() -> None:
    copied = {source for words in map(shlex.split, arguments_of("COPY")) for source in words[:-1]}
    assert {PROJECT["project"]["readme"], "LICENSE", "pyproject.toml", "src"} <= copied
    (installed,) = [words for words in arguments_of("RUN") if "build hatchling" in words]
    tools = {Requirement(each).name for each in PROJECT["build-system"]["requires"]} | {"build"}
    assert tools <= set(shlex.split(installed))
    pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    assert tools <= pinned


@pytest.mark.parametrize("extras", ["", "serve,mcp"])
def test_the_wheel_is_installed_with_the_extras_that_are_asked_for(extras: str, tmp_path: Path) -> None:
    (line,) = [words for words in arguments_of("RUN") if "EXTRAS" in words]
    (tmp_path / "wheels").mkdir()
    wheel = tmp_path / "wheels" / "codefavor-0.1.0-py3-none-any.whl"
    wheel.touch()
    (tmp_path / "pip").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', encoding="utf-8")
    (tmp_path / "pip").chmod(0o755)
    shell = ["sh", "-c", line.replace("/install/", f"{tmp_path}/")]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "EXTRAS": extras}
    asked = subprocess.run(shell, capture_output=True, text=True, check=True, env=environment).stdout.splitlines()
    assert asked[0] == "install" and asked[-1] == f"{wheel}[{extras}]".removesuffix("[]")
    assert set(filter(None, extras.split(","))) <= set(PROJECT["project"]["optional-dependencies"])


def test_it_runs_for_a_user_without_rights_and_begins_with_codefavor() -> None:
    names = [name for name, _ in instructions()]
    (user,) = arguments_of("USER")
    assert user not in ("root", "0") and any(
        f"useradd --create-home --uid 10001 {user}" in run for run in arguments_of("RUN")
    )
    assert "RUN" not in names[names.index("USER") :]
    assert arguments_of("ENTRYPOINT") == ['["codefavor"]'] and "codefavor" in PROJECT["project"]["scripts"]
    assert any("bubblewrap git" in run for run in arguments_of("RUN"))


def test_it_holds_no_secret_and_names_no_host() -> None:
    assert not re.search(r"://|_KEY|TOKEN|SECRET|PASSWORD|--index-url|--trusted-host", TEXT)
    assert not arguments_of("ENV")
