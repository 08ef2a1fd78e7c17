import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from codefavor.errors import DataError
from codefavor.evolve.decontamination import BenchmarkTask, Decontamination, read_benchmark
from codefavor.evolve.overlap_plot import cdf_svg
from codefavor.pairs.criterion import Criterion
from codefavor.pairs.pair import PreferencePair
from made_pairs import make_pair

TEST_GOOD = "def mean(values):\n    return sum(values) / len(values)\n"
TEST_BAD = "def mean(values):\n    total = 0\n    for v in values:\n        total -= v\n    return total\n"
ASKED = "Compute the arithmetic mean of all the numbers in a list that is given and never empty."
TASK = BenchmarkTask(id="t1", instruction=ASKED, good=TEST_GOOD, bad=TEST_BAD)


def pair(name: str, instruction: str, chosen: str, rejected: str) -> PreferencePair:
    return make_pair(chosen, rejected, Criterion(text="c"), instruction=instruction, source_id=name)


def test_offenders_are_named_with_the_task_and_the_kind() -> None:
    clean = pair("clean", "Reverse a string.", "def reverse(text):\n    return text[::-1]", "x = 1")
    copied = pair("copied", "Average.", TEST_GOOD.replace("values", "value"), "import os\nos.getcwd()")
    reworded = pair("reworded", f"Now {ASKED.lower()}", "a = 1", "b = 2")
    check = Decontamination([TASK])
    found = dict((p.provenance.source_id, offences) for p, offences in check.check([clean, copied, reworded]))
    assert found["clean"] == []
    assert [(o.task, o.kind) for o in found["copied"]] == [("t1", "chosen~good")]
    assert found["copied"][0].score > 80
    assert [o.kind for o in found["reworded"]] == ["instruction"]
    assert check.share_above() == {
        "chosen~good": 1.0,
        "chosen~bad": 0.0,
        "rejected~good": 0.0,
        "rejected~bad": 0.0,
    }
    drawing = ElementTree.fromstring(cdf_svg(check.top, 80))
    assert sum("fill" in path.attrib and path.get("stroke-width") == "1.5" for path in drawing.iter()) == 4
    assert "chosen ~ good: 100.0% above 80" in "".join(drawing.itertext())


def test_the_result_does_not_depend_on_chunks() -> None:
    pairs = [pair(str(n), f"Do {n}.", f"x = {n}\ny = x", f"z = {n}") for n in range(600)]
    found = list(Decontamination([TASK]).check(iter(pairs)))
    assert [p for p, _ in found] == pairs


def test_three_forms_of_benchmark_are_read(tmp_path: Path) -> None:
    rows = [
        {"task_id": "a", "instruction": "i", "choices": ["x", "y"], "gt_choice": 1},
        {"id": "b", "comparison": {"instruction": "i", "code_a": "x", "code_b": "y"}, "label": "B"},
        {"task_id": "c", "prompt": "i", "canonical_solution": "y"},
    ]
    path = tmp_path / "benchmark.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    tasks = read_benchmark(path)
    assert [(t.id, t.instruction, t.good, t.bad) for t in tasks] == [
        ("a", "i", "y", "x"),
        ("b", "i", "y", "x"),
        ("c", "i", "y", None),
    ]


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text('{"a": 1}\n', encoding="utf-8")
    with pytest.raises(DataError, match="line 1: neither a comparison nor a problem"):
        read_benchmark(path)
