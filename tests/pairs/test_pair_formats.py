import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pair_strategies import make_pair, pairs

from codefavor.errors import ConfigError, RecordError
from codefavor.jsonl import read_records, write_records, write_rows
from codefavor.pairs.criterion import GENERAL_CRITERION, Aspect, Criterion, criterion_for
from codefavor.pairs.formats.benchmark import BenchmarkRow, benchmark_rows, read_benchmark
from codefavor.pairs.formats.protocol import REST, RowDefaults, pair_of_row, row_of_pair
from codefavor.pairs.formats.registry import all_formats, pair_format
from codefavor.pairs.pair import PreferencePair

FORMATS = all_formats(lambda instruction, code_a, code_b, criterion: f"{instruction}|{code_a}|{code_b}|{criterion}")
UNSAID = RowDefaults(source="theirs.jsonl", criterion=Criterion(text="c"), language="go", license="MIT")


@pytest.mark.parametrize("name", FORMATS)
@given(pair=pairs)
def test_what_was_written_is_read_back(name: str, pair: PreferencePair) -> None:
    row = row_of_pair(FORMATS[name], pair)
    assert pair_of_row(FORMATS[name], json.loads(json.dumps(row)), UNSAID) == pair


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "codefavor"])
def test_a_row_has_the_columns_of_its_format(name: str) -> None:
    row = row_of_pair(FORMATS[name], make_pair())
    assert set(row) - {REST} == set(FORMATS[name].columns)


def message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


FOREIGN: dict[str, tuple[str, dict[str, Any]]] = {
    "trl": ("trl", {"prompt": "do", "chosen": "good", "rejected": "bad"}),
    "trl with columns of its own": ("trl", {"prompt": "do", "chosen": "good", "rejected": "bad", "score": 3}),
    "trl-chat": (
        "trl-chat",
        {
            "prompt": [message("user", "do")],
            "chosen": [message("assistant", "good")],
            "rejected": [message("assistant", "bad")],
        },
    ),
    "trl-chat with an implicit prompt": (
        "trl-chat",
        {
            "chosen": [message("user", "do"), message("assistant", "good")],
            "rejected": [message("user", "do"), message("assistant", "bad")],
        },
    ),
    "rewardbench": (
        "rewardbench",
        {"prompt": "do", "chosen": "good", "rejected": "bad", "subset": "hep-go", "id": 7},
    ),
    "themis": (
        "themis",
        {
            **{"prompt": "do", "chosen": "good", "rejected": "bad"},
            **{"language": "Go", "aspect": "?", "subset": "hep", "id": "7"},
        },
    ),
    "themis, training": (
        "themis",
        {
            **{"system": "score", "input": "do", "chosen": "good", "rejected": "bad"},
            **{"language": 5, "aspect": "?", "source": "commits", "idx": "7"},
        },
    ),
    "reference": (
        "reference",
        {"instruction": "do", "criteria": "c", "naive_code": "bad", "improved_code": "good", "feedback": ""},
    ),
    "benchmark": ("benchmark", {"task_id": "t/1", "instruction": "do", "choices": ["bad", "good"], "gt_choice": 1}),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_rows_of_others_are_read(case: str) -> None:
    name, row = FOREIGN[case]
    pair = pair_of_row(FORMATS[name], row, UNSAID)
    assert (pair.instruction, pair.chosen, pair.rejected) == ("do", "good", "bad")
    assert (pair.criterion.text, pair.language, pair.feedback) == ("c", "go", None)
    assert (pair.provenance.source, pair.provenance.license) == ("theirs.jsonl", "MIT")
    assert pair.provenance.method.startswith(name)


def test_rows_with_one_prompt_share_a_group() -> None:
    rows = [{"prompt": p, "chosen": c, "rejected": "bad"} for p, c in [("p", "1"), ("p", "2"), ("q", "1")]]
    first, second, third = (pair_of_row(FORMATS["trl"], row, UNSAID).provenance.group for row in rows)
    assert first == second != third


def test_a_system_message_joins_the_instruction() -> None:
    row = FOREIGN["trl-chat"][1] | {"prompt": [message("system", "be brief"), message("user", "do")]}
    assert pair_of_row(FORMATS["trl-chat"], row, UNSAID).instruction == "be brief\n\ndo"


def test_an_aspect_as_subset_is_the_criterion() -> None:
    row = FOREIGN["rewardbench"][1] | {"subset": "security"}
    pair = pair_of_row(FORMATS["rewardbench"], row, UNSAID)
    assert pair.criterion == criterion_for(Aspect.SECURITY)
    assert pair.provenance.method == "rewardbench/security"
    assert pair.provenance.source_id == "7"


@pytest.mark.parametrize(
    ("aspect", "known"),
    [
        ("Functional_Correctness", Aspect.CORRECTNESS),
        ("Functional Correctness", Aspect.CORRECTNESS),
        (3, Aspect.CORRECTNESS),
        (1, Aspect.EFFICIENCY),
        ("Security_Hardness", Aspect.SECURITY),
        (4, None),
        ("Readability_Maintainability", None),
        (0, None),
    ],
)
def test_the_aspects_of_themis_are_criteria(aspect: str | int, known: Aspect | None) -> None:
    criterion = pair_of_row(FORMATS["themis"], FOREIGN["themis"][1] | {"aspect": aspect}, UNSAID).criterion
    assert criterion.aspect is known and criterion != UNSAID.criterion
    assert criterion == criterion_for(known) if known else "memory" in criterion.text or "read" in criterion.text


def test_an_edited_row_wins_over_what_travels_beside_it() -> None:
    row = row_of_pair(FORMATS["trl"], make_pair()) | {"chosen": "edited"}
    assert pair_of_row(FORMATS["trl"], row, UNSAID).chosen == "edited"


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("trl", {"chosen": None}, "chosen: a string was expected"),
        ("trl", {"chosen": "bad"}, "nothing can be preferred"),
        ("trl", {REST: "["}, "codefavor: the text of a JSON object was expected"),
        ("trl", {REST: '{"chosen_": 1}'}, "chosen_"),
        ("trl-chat", {"chosen": "good"}, "chosen: a list of messages was expected"),
        ("trl-chat", {"chosen": ["good"]}, "chosen: a message with role and content"),
        ("trl-chat", {"chosen": [message("user", "x")]}, "chosen: one assistant message"),
        ("trl-chat", {"prompt": [message("user", "x")] * 2}, "prompt: one user message"),
        ("rewardbench", {"id": None}, "id: a string or an integer"),
        ("themis", {"aspect": 7}, "aspect: 7 is none of the 7 classes"),
        ("themis", {"id": None}, "id: a string or an integer"),
        ("benchmark", {"gt_choice": 2}, "gt_choice"),
        ("benchmark", {"choices": ["one"]}, "choices"),
    ],
)
def test_a_row_that_is_not_of_the_format_is_refused(name: str, change: dict[str, Any], reason: str) -> None:
    row = FOREIGN[name][1] | change
    with pytest.raises(ValueError, match=reason):
        pair_of_row(FORMATS[name], row, UNSAID)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "trl-messages"])
def test_an_empty_row_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="required|expected"):
        pair_of_row(FORMATS[name], {}, UNSAID)


def test_conversations_of_others_cannot_be_taken_apart() -> None:
    with pytest.raises(ValueError, match="Field required"):
        pair_of_row(FORMATS["trl-messages"], {"messages": [message("user", "x")]}, UNSAID)


def test_a_conversation_asks_for_and_names_the_better_side() -> None:
    answers = set()
    for n in range(20):
        row = row_of_pair(FORMATS["trl-messages"], make_pair(chosen=f"good{n}", rejected=f"bad{n}"))
        question, answer = (each["content"] for each in row["messages"])
        _, code_a, code_b, _ = question.split("|")
        assert {"A": code_a, "B": code_b}[answer] == f"good{n}"
        answers.add(answer)
    assert answers == {"A", "B"}


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="dpo: no such format; choose one of codefavor, table, trl"):
        pair_format("dpo", lambda *parts: "")


rows = st.builds(
    BenchmarkRow,
    task_id=st.sampled_from(["t/1", "t/2"]),
    instruction=st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    choices=st.tuples(st.just("a"), st.just("b")),
    gt_choice=st.sampled_from([0, 1]),
)


@given(st.lists(rows, max_size=6))
def test_benchmark_rows_become_tasks_and_back(
    tmp_path_factory: pytest.TempPathFactory, released: list[BenchmarkRow]
) -> None:
    path = tmp_path_factory.mktemp("bench") / "tasks.jsonl.gz"
    write_records(path, released)
    tasks = list(read_benchmark(path, Aspect.EFFICIENCY))
    assert list(benchmark_rows(tasks)) == released
    assert len({task.id for task in tasks}) == len(tasks)
    assert [task.group for task in tasks] == [row.task_id for row in released]


def test_a_task_has_the_criterion_of_its_aspect_and_a_place_in_the_file(tmp_path: Path) -> None:
    row = FOREIGN["benchmark"][1] | {"annotations": ["codeA", "Tie"]}
    write_rows(tmp_path / "b.jsonl", [row, row])
    first, second = read_benchmark(tmp_path / "b.jsonl", Aspect.HUMAN_PREFERENCE)
    assert (first.id, second.id) == ("t/1#1", "t/1#2")
    assert first.label == "B"
    assert first.comparison.criterion == criterion_for(Aspect.HUMAN_PREFERENCE) != GENERAL_CRITERION


def test_a_bad_benchmark_row_is_named(tmp_path: Path) -> None:
    write_rows(tmp_path / "b.jsonl", [FOREIGN["benchmark"][1], {"task_id": "t/2"}])
    with pytest.raises(RecordError, match="b.jsonl, line 2: instruction: Field required"):
        list(read_benchmark(tmp_path / "b.jsonl", Aspect.SECURITY))


BENCH = Path(os.environ.get("CODEFAVOR_BENCH") or Path(__file__).parents[3] / "shared" / "codeprefbench")
ROWS = {Aspect.CORRECTNESS: 660, Aspect.EFFICIENCY: 352, Aspect.SECURITY: 207, Aspect.HUMAN_PREFERENCE: 145}


@pytest.mark.skipif(not BENCH.is_dir(), reason="no CodePrefBench: set CODEFAVOR_BENCH to the folder of its four files")
@pytest.mark.parametrize("aspect", Aspect)
def test_the_released_benchmark_loads_whole(aspect: Aspect, tmp_path: Path) -> None:
    path = BENCH / f"{aspect.value}-alignment.jsonl.gz"
    tasks = list(read_benchmark(path, aspect))
    assert len(tasks) == len({task.id for task in tasks}) == ROWS[aspect]
    released = list(read_records(path, BenchmarkRow))
    assert list(benchmark_rows(tasks)) == [row.model_copy(update={"annotations": None}) for row in released]
