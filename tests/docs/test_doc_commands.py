"""Every command, snippet and configuration that the documentation shows works: run where it can be, else parsed."""

import re
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from doc_blocks import PAGES, ROOT, SHELL, Block, Statement, blocks_of, inline_commands, name_of, statements
from doc_inputs import clear, prepare
from doc_session import not_run, session
from doc_table import NOT_RUN, STAND_INS

from codefavor.ablate.grid import Grid
from codefavor.bench.build.problems import read_problems
from codefavor.config import load_config
from codefavor.judges.chat_config import ChatJudgeConfig
from codefavor.ranking.sample_file import read_samples
from codefavor.record import Record
from codefavor.train.config import TrainConfig
from command_lines import refusal, unknown_options
from guest_cache import shared_cache
from loopback.process import LoopbackProcess

CONFIGURATIONS: dict[str, type[Record]] = {
    "# codefavor train --config": TrainConfig,
    "# codefavor ablate": Grid,
    "# codefavor judge": ChatJudgeConfig,
}
BLOCKS = {page: list(blocks_of(page)) for page in PAGES}
RUN = [page for page in PAGES if any(block.language in {*SHELL, "python"} for block in BLOCKS[page])]
TOLD = [
    (page, found) for page in PAGES for block in BLOCKS[page] if block.language in SHELL for found in statements(block)
]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documentation") / "prepared"
    folder.mkdir()
    prepare(folder)
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_cache(tmp_path_factory)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with LoopbackProcess("loopback.guide:answer") as process:
        yield process.url


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_every_command_and_snippet_of_a_page_works(
    page: Path, prepared: Path, server: str, cache: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(prepared, folder, symlinks=True)
    for statement in (found for shown, found in TOLD if shown == page):
        for option, made in pairwise(statement.words):
            if option == "--out":
                clear(folder, made)
    with session(folder, server, cache) as reader:
        for block in BLOCKS[page]:
            if block.language == "python":
                reader.python(block.text)
            for statement in statements(block) if block.language in SHELL else ():
                reader.run(statement)


def commands_within(statement: Statement) -> list[list[str]]:
    """Return the words after "codefavor" of a command, also of one that is handed to Slurm or to a container."""
    words = statement.words
    if words[0] == "codefavor":
        return [words[1:]]
    handed = [shlex.split(word)[1:] for word in words if word.startswith("codefavor ")]
    for place, word in enumerate(words[:-1]):
        if words[:2] == ["docker", "run"] and word in ("codefavor", "codefavor-serve"):
            handed.append(words[place + 1 :])
    return handed


@pytest.mark.parametrize(("page", "statement"), TOLD, ids=[f"{name_of(page)}:{found.line}" for page, found in TOLD])
def test_the_command_line_takes_every_command(page: Path, statement: Statement) -> None:
    assert {" ".join(words): refused for words in commands_within(statement) if (refused := refusal(words))} == {}
    for path in re.findall(r"configs/[\w./-]+\.yaml", statement.text):
        assert (ROOT / path).is_file(), path
    words = statement.words
    recipe = [ROOT / path for option, path in pairwise(words) if option == "--config"]
    if words[:2] == ["codefavor", "train"] and recipe:
        load_config(TrainConfig, recipe, {})


def test_only_commands_that_are_known_are_shown() -> None:
    programs = {statement.words[0] for _, statement in TOLD if not_run(statement) is None}
    assert programs == {"codefavor", "curl"}


def test_no_command_hides_in_a_block_that_is_not_run() -> None:
    hidden = [
        f"{name_of(page)}:{block.line}"
        for page, blocks in BLOCKS.items()
        for block in blocks
        if block.language not in SHELL and re.search(r"^\s*(\$ )?codefavor ", block.text, re.MULTILINE)
    ]
    assert hidden == [], "name the language of these blocks: bash or console"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_options_named_in_sentences_exist(page: Path) -> None:
    for words in inline_commands(page):
        assert unknown_options(words) == [], words


def test_the_table_holds_nothing_that_is_not_shown() -> None:
    texts = [" ".join(statement.words) for _, statement in TOLD]
    assert [entry.begins for entry in NOT_RUN if not any(text.startswith(entry.begins) for text in texts)] == []
    shown = [statement.text for _, statement in TOLD]
    assert [each.pattern for each in STAND_INS if not any(re.search(each.pattern, text) for text in shown)] == []


def test_a_command_that_does_not_exist_is_noticed() -> None:
    block = Block("bash", 0, "codefavor bench run --judge shorter --data x --out y --colour\n")
    (statement,) = statements(block)
    assert "--colour" in (refusal(statement.words[1:]) or "")
    assert refusal(["bench", "run", "--data", "x"]) is not None
    assert refusal(["prefer", "a.py", "b.py"]) is not None
    assert refusal(["--help"]) is None and refusal(["--colour"]) is not None
    assert unknown_options(["rank", "--colour", "--judge", "shorter"]) == ["--colour"]


def test_statements_are_read_as_bash_reads_them() -> None:
    text = "# the first\nA=1 codefavor x \\\n    --y  # told\ncurl -d '{\n  \"z\": 1}'\n"
    found = list(statements(Block("bash", 1, text)))
    assert [(each.line, each.words) for each in found] == [
        (3, ["codefavor", "x", "--y"]),
        (5, ["curl", "-d", '{\n  "z": 1}']),
    ]
    told = list(statements(Block("console", 1, "$ codefavor x \\\n>   --y\ncodefavor said z\n")))
    assert [each.words for each in told] == [["codefavor", "x", "--y"]]


YAML_BLOCKS = [(page, block) for page in PAGES for block in BLOCKS[page] if block.language == "yaml"]


@pytest.mark.parametrize(
    ("page", "block"), YAML_BLOCKS, ids=[f"{name_of(page)}:{block.line}" for page, block in YAML_BLOCKS]
)
def test_every_configuration_is_one(page: Path, block: Block, tmp_path: Path) -> None:
    kind = block.text.splitlines()[0]
    if kind == "# .pre-commit-config.yaml":
        (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
        assert yaml.safe_load(block.text)["repos"][0]["hooks"] == [{"id": hook["id"]}]
        return
    assert kind in CONFIGURATIONS, f"the first line of the block is to say what reads it: {', '.join(CONFIGURATIONS)}"
    (tmp_path / "shown.yaml").write_text(block.text, encoding="utf-8")
    load_config(CONFIGURATIONS[kind], tmp_path / "shown.yaml", {})


def test_rows_of_data_are_read_as_they_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    readers: dict[str, Callable[[], Iterable[object]]] = {
        "rank-and-label.md": lambda: read_samples(path, None),
        "own-benchmark.md": lambda: read_problems(path),
    }
    for page, read in readers.items():
        (shown,) = [block.text for block in BLOCKS[ROOT / "docs" / "guides" / page] if block.language == "json"]
        path.write_text(shown, encoding="utf-8")
        assert len(list(read())) == 1, page


def test_extras_and_targets_that_are_shown_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = set(project["optional-dependencies"])
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for extras in re.findall(r"codefavor\[([\w,]+)\]", text):
            assert set(extras.split(",")) <= known, (name_of(page), extras)
        for target in re.findall(r"`make (\w+)`", text):
            assert target in targets, (name_of(page), target)
    shown = [statement.words[1] for _, statement in TOLD if statement.words[0] == "make"]
    assert shown and set(shown) <= set(targets)
