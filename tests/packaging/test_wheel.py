"""The wheel and the sdist: what is in them, and that codefavor works from the wheel alone, outside its checkout."""

import email
import os
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "codefavor"
NEEDED = (
    "annotate/checks.yaml",
    "annotate/static/study.js",
    "annotate/templates/study.html",
    "evolve/prompts/commit_instruct.py",
    "evolve/regress_evol/operators/security_calls.py",
    "judges/grounded_shipped/judge.json",
    "llm/prices.yaml",
    "py.typed",
    "report/published.yaml",
    "report/templates/page.html",
    "web/templates/page_head.html",
    "sandbox/inside/javascript/calls.js",
    "sandbox/inside/guest.py",
    "sandbox/native/inside/lockdown.py",
)
pytestmark = pytest.mark.slow


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CODEFAVOR_"))}
    return subprocess.run(
        [*map(str, command)], cwd=cwd, capture_output=True, text=True, check=False, env=environment, timeout=300
    )


def build(source: Path, out: Path, *what: str) -> None:
    built = run(sys.executable, "-m", "build", "--no-isolation", *what, "--outdir", out, source, cwd=out.parent)
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist of the checkout, and the wheel that was built from that sdist."""
    folder = tmp_path_factory.mktemp("dist")
    build(ROOT, folder)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    (found,) = dist.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel, and reads what it depends on from where the tests run."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps", wheel)
    done = run(*pip, cwd=folder)
    assert done.returncode == 0, done.stderr
    (packages,) = folder.glob("lib/python*/site-packages")
    paths = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "surroundings.pth").write_text("\n".join(paths) + "\n", encoding="utf-8")
    return folder / "bin"


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    own = {path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert names == {path.relative_to(PACKAGE.parent).as_posix() for path in own}
    assert {f"codefavor/{name}" for name in NEEDED} <= names


def test_the_wheel_says_what_it_needs(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    said = email.message_from_bytes(archive.read(metadata))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (said["Version"], said["License-Expression"]) == (project["version"], project["license"])
    assert set(said.get_all("Provides-Extra", [])) == set(project["optional-dependencies"])
    needed = said.get_all("Requires-Dist", [])
    assert len([each for each in needed if "extra ==" not in each]) == len(project["dependencies"])
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in archive.namelist())


def test_the_sdist_holds_what_the_checkout_holds_and_nothing_that_is_made(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "Makefile", "constraints.txt", "src/codefavor/py.typed"} <= names
    assert {"configs/train/linear.yaml", "runs/demo.sh", "tests/packaging/test_wheel.py", "mkdocs.yml"} <= names
    made = {".venv", "site", "demo", "dist", "build", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".git"}
    assert not {name for name in names if made & {name.partition("/")[0]} or "__pycache__" in name}


def test_what_is_installed_is_the_wheel(installed: Path, tmp_path: Path) -> None:
    asked = run(installed / "python", "-c", "import codefavor; print(codefavor.__file__)", cwd=tmp_path)
    assert Path(asked.stdout.strip()).is_relative_to(installed.parent), asked.stderr


def test_the_installed_command_works_without_the_checkout(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def double(x):\n    return x * 2\n", encoding="utf-8")
    (tmp_path / "b.py").write_text("def double(x):\n    return x\n", encoding="utf-8")

    def codefavor(*arguments: str) -> str:
        done = run(installed / "codefavor", *arguments, cwd=tmp_path)
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    assert "compare" in codefavor("--help")
    asked = ("compare", "a.py", "b.py", "--instruction", "Double x, as double(2) == 4", "--criterion", "correctness")
    assert "b.py" in codefavor(*asked, "--judge", "shorter").splitlines()[0]
    assert "a.py" in codefavor(*asked).splitlines()[0], "the judge that is shipped decides by running"
    assert "Foreign code can be run here." in codefavor("sandbox", "check")
    codefavor("evolve", "regress-evol", "--source", "stdlib", "--max-files", "40", "--max-pairs", "12", "--out", "made")
    codefavor("bench", "run", "--judge", "shorter", "--data", "made/pairs.jsonl", "--out", "run")
    codefavor("report", "run", "--data", "made/pairs.jsonl", "--out", "report.html")
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")
