"""Judges, evolvers and chat models of other packages, through the real command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from codefavor import compare
from codefavor.errors import PluginError, UserError
from codefavor.evolve.plugin import PluginConfig
from codefavor.judges.load import judge_files, load_judge
from codefavor.llm.load import load_model
from codefavor.plugins import all_plugins
from command_runs import refusal, run, write_files
from plugin_package import EXAMPLE, install_example, install_module

LONG, SHORT = "x = 1\ny = 2\nz = 3\n", "x = 1\n"


def codefavor(place: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    return run(*arguments, environment={"PYTHONPATH": str(place), "XDG_CACHE_HOME": str(place / "cache")})


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return write_files(tmp_path, {"long.py": LONG, "short.py": SHORT})


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_example(tmp_path_factory.mktemp("example"))


ASKED = ("--instruction", "Set x.", "--criterion", "human-preference")


def test_a_judge_of_another_package_answers_by_its_name_and_argument(example: Path, files: list[Path]) -> None:
    ran = codefavor(example, "compare", *files, *ASKED, "--judge", "fewer-lines", "--json")
    answer = json.loads(ran.stdout)
    assert (answer["choice"], answer["judge"]) == ("B", "fewer-lines:1 (both orders)")
    ran = codefavor(example, "compare", *files, *ASKED, "--judge", "cascade:fewer-lines:3>shorter", "--json")
    assert json.loads(ran.stdout)["choice"] == "B", ran.stderr
    assert "a number of lines" in refusal(codefavor(example, "compare", *files, *ASKED, "--judge", "fewer-lines:few"))


def test_an_unknown_judge_is_told_what_is_installed(example: Path, files: list[Path]) -> None:
    said = refusal(codefavor(example, "compare", *files, *ASKED, "--judge", "more-lines"))
    assert "no judge is called 'more-lines'" in said and "fewer-lines (codefavor-example 1.0)" in said


def test_a_chat_model_of_another_package_judges(example: Path, files: list[Path]) -> None:
    line = "chat:parrot/VERDICT: Code B is better than code A."
    ran = codefavor(example, "compare", *files, *ASKED, "--judge", line, "--json", "--orders", "given")
    assert json.loads(ran.stdout)["choice"] == "B", ran.stderr
    said = refusal(codefavor(example, "compare", *files, *ASKED, "--judge", "chat:parot/x"))
    assert "give provider/model" in said and "parrot" in said


def test_an_evolver_of_another_package_makes_a_whole_run(example: Path, tmp_path: Path) -> None:
    seeds = [
        {"instruction": "Add one.", "source_id": "1", "draft": "def f(x):\n    return x + 1", "license": "MIT"},
        {"instruction": "Say hello.", "source_id": "2", "draft": "print('hello')"},
        {"instruction": "Divide by two.", "source_id": "3", "draft": "def g(y):\n    return y / 2"},
    ]
    table = tmp_path / "seeds.jsonl"
    table.write_text("".join(json.dumps(seed) + "\n" for seed in seeds), encoding="utf-8")
    out = tmp_path / "run"
    command = ("evolve", "plugin", "forgotten-return", "--seeds", table, "--out", out)
    ran = codefavor(example, *command, "--limit", 2)
    assert ran.returncode == 0, ran.stderr
    assert "1 pairs; 1 discarded" in ran.stdout
    ran = codefavor(example, *command)
    assert "2 pairs; 1 discarded" in ran.stdout and not ran.stderr.strip(), ran.stderr
    pairs = [json.loads(line) for line in (out / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [pair["rejected"] for pair in pairs] == ["def f(x):\n    x + 1", "def g(y):\n    y / 2"]
    assert {pair["provenance"]["method"] for pair in pairs} == {"forgotten-return"}
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "those of the evolver forgotten-return, not checked by running" in card and "critic" not in card
    assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["usd"] is None
    assert "other settings" in refusal(codefavor(example, *command, "--seed", 1))


def test_no_evolver_leaves_no_folder(example: Path, tmp_path: Path) -> None:
    ran = codefavor(example, "evolve", "plugin", "other", "--seeds", "none.jsonl", "--out", tmp_path / "run")
    assert "called 'other'; installed are: forgotten-return (codefavor-example 1.0)" in refusal(ran)
    assert not (tmp_path / "run").exists()
    with pytest.raises(UserError, match="regress-evol is codefavor's own evolver; run `codefavor evolve regress-evol`"):
        PluginConfig(evolver="regress-evol", instructions="none.jsonl").load()


BROKEN = {
    "import": ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
    "exit": ("raise SystemExit(3)", "SystemExit: 3 (broken_exit.py, line 1)"),
    "name": ("", "has no attribute 'load'"),
    "call": ("def load(argument):\n    return 1 / 0", "ZeroDivisionError: division by zero (broken_call.py, line 2)"),
    "shape": ("def load(argument):\n    return 7", "gives a int without `name`"),
    "alias": (
        "class Judge:\n    name = 'brokenly'\n    judge = None\ndef load(argument):\n    return Judge()",
        "calls itself 'brokenly'; 'broken' or 'broken:...' was expected",
    ),
    "judging": (
        "class Judge:\n    name = 'broken'\n    def judge(self, comparisons):\n        return {}[1]\n"
        "def load(argument):\n    return Judge()",
        "KeyError: 1 (broken_judging.py, line 4)",
    ),
    "counting": (
        "class Judge:\n    name = 'broken'\n    def judge(self, comparisons):\n        return []\n"
        "def load(argument):\n    return Judge()",
        "0 verdicts on 2 comparisons",
    ),
    "answering": (
        "class Judge:\n    name = 'broken'\n    def judge(self, comparisons):\n        return 'AB'\n"
        "def load(argument):\n    return Judge()",
        "does not answer every comparison",
    ),
}


@pytest.mark.parametrize("way", BROKEN)
def test_a_broken_judge_is_one_sentence_with_its_package(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, reason = BROKEN[way]
    module = f"broken_{way}"
    entries = {"codefavor.judges": {"broken": f"{module}:load"}}
    monkeypatch.syspath_prepend(str(install_module(tmp_path / "place", module, code, entries)))
    with pytest.raises(PluginError) as failure:
        compare("Set x.", "x = 1", "x = 2", judge="broken")
    said = str(failure.value)
    assert f"the judge 'broken' of the package {module} 0.1 is broken: " in said and reason in said
    assert "\n" not in said


def test_a_broken_judge_ends_its_command_and_no_other(tmp_path: Path, files: list[Path]) -> None:
    entries = {"codefavor.judges": {"broken": "broken_judge:load"}}
    place = install_module(tmp_path / "place", "broken-judge", "import nowhere_to_be_found", entries)
    said = refusal(codefavor(place, "compare", *files, *ASKED, "--judge", "broken"))
    assert "the package broken-judge 0.1 is broken: ModuleNotFoundError: No module named 'nowhere_to_be_found'" in said
    assert codefavor(place, "compare", *files, *ASKED, "--judge", "shorter").returncode == 0


def test_a_broken_evolver_is_one_sentence_and_a_stumbling_one_is_counted(tmp_path: Path) -> None:
    code = (
        "class Evolver:\n    name = 'broken'\n    async def evolve(self, seed):\n"
        "        if seed.source_id in self.argument: raise RuntimeError('no idea')\n"
        "        from codefavor.evolve.protocol import Discard\n"
        "        return Discard(source_id=seed.source_id, stage='code', reason='none')\n"
        "def load(argument):\n    made = Evolver()\n    made.argument = argument\n    return made\n"
    )
    place = install_module(
        tmp_path / "place", "broken-evolver", code, {"codefavor.evolvers": {"broken": "broken_evolver:load"}}
    )
    seeds = tmp_path / "seeds.jsonl"
    rows = [json.dumps({"instruction": "Add.", "source_id": each}) for each in "ab"]
    seeds.write_text("\n".join(rows) + "\n", encoding="utf-8")
    ran = codefavor(place, "evolve", "plugin", "broken:ab", "--seeds", seeds, "--out", tmp_path / "all")
    assert "the evolver 'broken' of the package broken-evolver 0.1 is broken: RuntimeError: no idea" in refusal(ran)
    ran = codefavor(place, "evolve", "plugin", "broken:b", "--seeds", seeds, "--out", tmp_path / "some")
    assert (
        ran.returncode == 0 and "not complete: 1 seeds failed" in ran.stderr and "RuntimeError: no idea" in ran.stderr
    )


def test_a_broken_chat_model_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "class Model:\n    name = 'broken/m'\n    async def complete(self, messages, config):\n        return 'A'\n"
        "    async def aclose(self):\n        pass\ndef load(model, base_urls):\n    return Model()\n"
    )
    entries = {"codefavor.chat_models": {"broken": "broken_chat:load"}}
    monkeypatch.syspath_prepend(str(install_module(tmp_path / "place", "broken-chat", code, entries)))
    with pytest.raises(PluginError, match=r"'broken' of the package broken-chat 0.1 is broken: it answers by a str"):
        compare("Set x.", "x = 1", "x = 2", judge=f"chat:broken/m?cache={tmp_path / 'answers'}")


def test_codefavors_own_names_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = {"codefavor.judges": {"shorter": "usurper:load"}, "codefavor.chat_models": {"scripted": "usurper:load"}}
    place = install_module(tmp_path / "place", "usurper", "raise ValueError('taken over')", entries)
    monkeypatch.syspath_prepend(str(place))
    assert compare("Set x.", "x = 12", "x = 1", judge="shorter").choice == "B"
    assert judge_files("shorter") == ()
    assert load_model("scripted/echo").name == "scripted/echo"
    with pytest.raises(UserError, match="no judge is called 'shorter:1'"):
        load_judge("shorter:1")


def test_two_packages_of_one_name_are_refused(tmp_path: Path, files: list[Path]) -> None:
    place = tmp_path / "place"
    for package in ("one_judge", "two_judge"):
        install_module(place, package, "", {"codefavor.judges": {"same": f"{package}:load"}})
    said = refusal(codefavor(place, "compare", *files, *ASKED, "--judge", "same"))
    assert "the judge 'same' is added by one_judge 0.1 and two_judge 0.1; uninstall all of them but one" in said


def test_a_judge_is_known_by_its_package_and_its_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = install_module(
        tmp_path / "place", "noted-judge", "load = None", {"codefavor.judges": {"noted": "noted_judge:load"}}
    )
    monkeypatch.syspath_prepend(str(place))
    assert [path.name for path in judge_files("noted:x")] == ["RECORD", "noted_judge.py"]
    assert judge_files("unheard-of") == ()
    with pytest.raises(PluginError, match="'NoneType' object is not callable"):
        load_judge("noted")
    assert [plugin.package for plugin in all_plugins("judge")] == ["noted-judge 0.1"]
    with pytest.raises(UserError, match="no judge is called 'unheard-of'"):
        load_judge("unheard-of")


def test_the_guide_shows_the_example_as_it_is() -> None:
    guide = (Path(__file__).parents[1] / "docs" / "guides" / "extending.md").read_text(encoding="utf-8")
    parts = ("judge", "evolver", "chat", "lua", "benchmark")
    for name in ("pyproject.toml", *(f"codefavor_example/{part}.py" for part in parts)):
        shown = (EXAMPLE / name).read_text(encoding="utf-8").partition("[project.entry-points")
        assert (shown[1] + shown[2] or shown[0]).strip() in guide, name


def test_a_language_of_another_package_is_found_by_name_and_suffix_and_stripped(example: Path) -> None:
    code = """
from pathlib import PurePath
from codefavor import Comparison, criterion_for
from codefavor.languages.registry import canonical_name, language_of_path
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.presentation import present
found = language_of_path(PurePath("a.lua"))
codes = {"code_a": "local x = 1 -- note", "code_b": "local function f(y) return y end"}
comparison = Comparison(instruction="", criterion=criterion_for(Aspect.SECURITY), language="Luau", **codes)
print(found.title, canonical_name("LUA"), present(comparison, "stripped").comparison.code_a)
print(*[function.name for function in found.syntax.functions(comparison.code_b)])
"""
    environment = {**os.environ, "PYTHONPATH": str(example)}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert ran.stdout.splitlines() == ["Lua lua local x = 1", "f"], ran.stderr


def test_a_language_that_takes_a_name_of_ours_is_refused(tmp_path: Path) -> None:
    code = """
from codefavor.languages.go import GO
import dataclasses
TAKEN = dataclasses.replace(GO, name="gopher")
NONE = "go"
"""
    place = install_module(tmp_path / "taken", "taken", code, {"codefavor.languages": {"gopher": "taken:TAKEN"}})
    asked = "from codefavor.languages.registry import find_language; find_language('gopher')"
    environment = {**os.environ, "PYTHONPATH": str(place)}
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False, env=environment)
    assert "PluginError: the language 'gopher' of the package taken 0.1 is broken: the name 'go" in ran.stderr
    place = install_module(tmp_path / "none", "none", code, {"codefavor.languages": {"gopher": "none:NONE"}})
    ran = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "PYTHONPATH": str(place)},
    )
    assert "none:NONE is a str, not a Language" in ran.stderr
