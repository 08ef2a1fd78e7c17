import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from codefavor.bench.codeprefbench import CODEPREFBENCH
from codefavor.doctor.check import Check, diagnose
from codefavor.doctor.core import judge_check, sandbox_checks
from codefavor.doctor.packages import fits, installed_version, package_checks, python_check, read_requirement
from codefavor.doctor.paths import benchmark_check, cache_check, embedded_check
from codefavor.doctor.programs import accelerator_check, browser_check, git_check
from codefavor.doctor.secrets import key_check, key_names, without_secrets
from codefavor.models.embedded import FOLDER
from codefavor.sandbox.engine_check import EngineCheck
from plugin_package import install_module

SECRET = "sk-not-for-any-eye-7Q2"


def doctor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CODEFAVOR_", "XDG_"))}
    command = [sys.executable, "-m", "codefavor", "doctor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=kept | environment)


def test_a_real_look_at_this_machine(tmp_path: Path) -> None:
    ran = doctor("--json", CODEFAVOR_CACHE=str(tmp_path / "cache"))
    found = json.loads(ran.stdout)
    parts = {check["part"]: check for check in found["checks"]}
    needed = {part: check["state"] for part, check in parts.items() if check["needed"]}
    assert set(needed) == {"python", "packages", "sandbox wasm", "default judge"}
    assert (ran.returncode == 0) == found["able"] == (set(needed.values()) == {"ok"})
    assert parts["packages"]["detail"].startswith("ast-grep-py ") and "pydantic " in parts["packages"]["detail"]
    assert {f"extra {name}" for name in ("train", "serve", "mcp", "dev")} <= set(parts)
    assert all((check["state"] == "ok") == (check["fix"] is None) for check in parts.values())
    assert parts["embedded model"]["state"] == "missing" and not (tmp_path / "cache").exists()


def test_a_secret_is_never_said(tmp_path: Path) -> None:
    environment = dict.fromkeys([*key_names(), "OTHER_PASSWORD"], SECRET)
    environment["CODEFAVOR_JUDGE"] = f"chat:vllm/m?base-url=http://me:hidden@127.0.0.1:1/v1&cache={SECRET}&{SECRET}"
    environment["CODEFAVOR_BENCH"] = f"{tmp_path}/{SECRET}"
    for arguments in ((), ("--json",)):
        ran = doctor(*arguments, **environment)
        assert ran.returncode == 1, ran.stderr
        assert "OPENAI_API_KEY" in ran.stdout and "127.0.0.1:1" in ran.stdout and "***" in ran.stdout
        assert SECRET not in ran.stdout + ran.stderr and "hidden" not in ran.stdout + ran.stderr


def test_an_unfit_default_judge_is_told_with_what_mends_it() -> None:
    ran = doctor(CODEFAVOR_JUDGE="best")
    assert ran.returncode == 1
    assert "BROKEN   default judge" in ran.stdout and "no judge is called 'best'" in ran.stdout
    assert "-> export CODEFAVOR_JUDGE=grounded" in ran.stdout
    assert "This machine cannot compare two codes by the default judge; fix first: default judge." in ran.stdout


def test_a_key_is_told_by_name() -> None:
    assert key_check({"OPENAI_API_KEY": SECRET}).detail == "set are OPENAI_API_KEY"
    assert key_check({"OPENAI_API_KEY": ""}).state == "missing"


def test_secrets_are_blotted_out_whole_and_words_are_not() -> None:
    environment = {"A_KEY": "abcdef", "B_TOKEN": "abcdef-and-more", "SHORT_KEY": "is", "HOME": "folder"}
    checks = [Check(part="x", state="missing", detail="this abcdef-and-more, folder", fix="abcdef")]
    (check,) = without_secrets(diagnose("1", checks), environment).checks
    assert (check.detail, check.fix) == ("this ***, folder", "***")


def test_only_what_is_needed_decides() -> None:
    fine, lacking = Check(part="a", state="ok", detail="", needed=True), Check(part="b", state="missing", detail="")
    assert diagnose("1", [fine, lacking]).able
    assert not diagnose("1", [fine, lacking.model_copy(update={"needed": True})]).able


@pytest.mark.parametrize(
    ("version", "bounds", "fit"),
    [
        ("1.10.0", ">=1.9", True),
        ("2", ">=2.0", True),
        ("2.0", ">=2", True),
        ("1.8.9", ">=1.9", False),
        ("5.23.0", "<6,>=5.23", True),
        ("6.0", "<6,>=5.23", False),
        ("2.13.0+cpu", ">=2.8", True),
        ("1.0", "", True),
    ],
)
def test_versions_are_held_against_their_bounds(version: str, bounds: str, fit: bool) -> None:
    assert fits(version, bounds) is fit


def test_every_requirement_of_codefavor_is_read() -> None:
    read = [read_requirement(line) for line in metadata.requires("codefavor") or ()]
    assert ("numpy", ">=2", None) in read and ("ray", ">=2.50", "ray") in read
    assert {each.extra for each in read} >= {None, "train", "dev"}


def test_packages_that_lack_or_are_too_old_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ["nowhere-to-be-had>=1", "numpy>=1", "typer>=999; extra == 'odd'"]
    monkeypatch.setattr(metadata, "requires", lambda _: asked)
    core, extra = package_checks()
    assert (
        core.needed
        and core.state == "missing"
        and core.detail.startswith("nowhere-to-be-had is not installed; installed")
    )
    assert (extra.part, extra.state, extra.needed) == ("extra odd", "broken", False)
    assert extra.fix == "pip install 'codefavor[odd]'" and extra.detail.endswith("is not >=999")


def test_a_checkout_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", unknown)
    (check,) = package_checks()
    assert check.needed and check.fix == "python -m pip install --editable ."


def test_an_old_python_is_told() -> None:
    assert python_check((3, 10, 4)).state == "broken" and python_check((3, 12, 0)).detail == "3.12.0"


def test_places_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEFAVOR_CACHE", str(tmp_path / "new" / "cache"))
    assert cache_check().state == "ok" and embedded_check().state == "missing"
    (tmp_path / "new" / "cache" / FOLDER).mkdir(parents=True)
    assert embedded_check().state == "ok"
    (tmp_path / "file").touch()
    monkeypatch.setenv("CODEFAVOR_CACHE", str(tmp_path / "file" / "cache"))
    assert cache_check().state == "broken"


def test_the_benchmark_is_told(tmp_path: Path) -> None:
    assert benchmark_check({}).state == "missing"
    first, *others = CODEPREFBENCH.files
    (tmp_path / first).write_bytes(b"another")
    check = benchmark_check({"CODEFAVOR_BENCH": str(tmp_path)})
    assert check.state == "broken" and f"{first} is not the released one" in check.detail
    assert all(f"{name} is missing" in check.detail for name in others)
    assert benchmark_check({"CODEFAVOR_BENCH": str(tmp_path / first)}).state == "ok"


def test_the_released_benchmark_is_known(benchmark: Path) -> None:
    assert benchmark_check({"CODEFAVOR_BENCH": str(benchmark)}).state == "ok"


def test_programs_that_lack_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert git_check().detail.startswith("git version")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_check().state == "missing" and git_check().fix == "apt-get install git"
    monkeypatch.setattr("codefavor.doctor.programs.BROWSER", tmp_path / "chromium")
    assert browser_check().state == "missing"


def test_accelerators_are_told_without_and_by_torch() -> None:
    if installed_version("torch") is None:
        pytest.skip("torch is not installed")
    shallow = accelerator_check(deep=False)
    assert shallow.detail.startswith(f"torch {installed_version('torch')}")
    assert " sees " in accelerator_check(deep=True).detail


def test_the_default_judge_is_put_to_work_when_asked() -> None:
    told = judge_check({"CODEFAVOR_JUDGE": "shorter"}, deep=True).detail
    assert told.startswith("shorter (CODEFAVOR_JUDGE); asked about a right and a wrong code, it prefers the wrong one")
    assert "it is undecided: the two orders disagree" in judge_check({"CODEFAVOR_JUDGE": "first"}, deep=True).detail


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> dict[str, EngineCheck]:
    """What the attacks of both engines came to, to be set by a test."""
    held = {"attack": "held"}
    checks = {
        "wasm": EngineCheck("wasm", {"python-3.15": "3.15.0 (abc)"}, held, {"control": "ran"}),
        "native": EngineCheck("native", {"seccomp": "on"}, held),
    }
    monkeypatch.setattr("codefavor.doctor.core.check_engine", lambda name, announce: checks[name])
    return checks


@pytest.mark.parametrize(("spec", "needed"), [("shorter", False), ("grounded:shorter", True), ("evidence", True)])
def test_wasm_is_needed_by_judges_that_run_code_and_native_by_none(
    spec: str, needed: bool, found: dict[str, EngineCheck]
) -> None:
    wasm, native = sandbox_checks({"CODEFAVOR_JUDGE": spec})
    assert (wasm.part, wasm.state, wasm.needed, wasm.fix) == ("sandbox wasm", "ok", needed, None)
    assert (native.part, native.state, native.needed, native.fix) == ("sandbox native", "ok", False, None)


def test_an_engine_that_does_not_hold_is_told_with_its_fix(found: dict[str, EngineCheck]) -> None:
    found["wasm"] = EngineCheck("wasm", {}, {"network": "got through"}, {"a program": "ran"})
    found["native"] = EngineCheck("native", {"seccomp": "off"}, {"all": "could not be tried"})
    wasm, native = sandbox_checks({"CODEFAVOR_JUDGE": "evidence"})
    assert wasm.state == "broken" and wasm.needed and "network (got through)" in wasm.detail and wasm.fix
    assert native.state == "missing" and not native.needed and native.fix


def test_an_engine_that_runs_nothing_does_not_hold(found: dict[str, EngineCheck]) -> None:
    found["wasm"] = EngineCheck("wasm", {}, {"network": "held"}, {"a program": "exited"})
    wasm, _ = sandbox_checks({"CODEFAVOR_JUDGE": "evidence"})
    assert wasm.state == "broken" and "a program (exited)" in wasm.detail


def test_a_trained_judge_is_told_by_its_card_alone(tmp_path: Path) -> None:
    check = judge_check({"CODEFAVOR_JUDGE": f"model:{tmp_path}"}, deep=False)
    assert check.state == "broken" and "no judge.json" in check.detail


def test_additions_are_told_with_those_that_are_refused(tmp_path: Path) -> None:
    entries = {"codefavor.judges": {"shorter": "usurper:load", "fine": "usurper:load", "same": "usurper:load"}}
    place = install_module(tmp_path / "place", "usurper", "raise ValueError('taken over')", entries)
    install_module(place, "second", "", {"codefavor.judges": {"same": "second:load"}})
    lines = doctor(PYTHONPATH=str(place)).stdout.splitlines()
    assert any(line.startswith("ok") and "judge fine" in line and "added by usurper 0.1" in line for line in lines)
    assert any(line.startswith("broken") and "judge shorter" in line and "codefavor's own" in line for line in lines)
    assert sum("judge same" in line and "another package adds that name" in line for line in lines) == 2
