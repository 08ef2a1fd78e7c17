"""Benchmarks by a registry: another package's, and files of pairs with criteria in words, get columns everywhere."""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codefavor.bench.audit import audit_judge
from codefavor.bench.bench_judge import bench_judge, read_result
from codefavor.bench.export import export_tasks
from codefavor.bench.external_harness import read_rows_of
from codefavor.bench.pair_strata import MAX_CRITERIA, OTHER, stratify, stratum_of
from codefavor.bench.paired import AVERAGE, compare_runs
from codefavor.bench.registry import find_benchmark, known_names
from codefavor.bench.tasks import load_tasks
from codefavor.errors import DataError, PluginError, UserError
from codefavor.jsonl import write_records
from codefavor.judges.baseline import FirstJudge
from codefavor.manifest import Manifest
from codefavor.pairs.criterion import Aspect, Criterion, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.report.page import render_page
from codefavor.report.published import load_published
from codefavor.report.runs import read_run
from codefavor.report.table import make_accuracy_table
from codefavor.report.text import to_latex, to_markdown
from plugin_package import EXAMPLE, install_example, install_module

MANIFEST = Manifest(command="test", config={}, inputs={}, seed=0, versions={}, commit=None)


def codefavor(place: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CODEFAVOR_")}
    command = [sys.executable, "-m", "codefavor", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment | {"PYTHONPATH": str(place)}
    )


def make_pair(criterion: Criterion, number: int) -> PreferencePair:
    return PreferencePair(
        instruction=f"Return {number}.",
        criterion=criterion,
        chosen=f"def f():  # note\n    return {number}",
        rejected=f"def f():\n    result = {number}\n    return result",
        provenance=Provenance(method="test", source="own", source_id=str(number)),
    )


def write_pairs_of(path: Path, *criteria: Criterion, count: int = 12) -> Path:
    write_records(path, [make_pair(criterion, number) for criterion in criteria for number in range(count)])
    return path


READABLE, SHORT = Criterion(text="Readable."), Criterion(text="Fewer lines than a newcomer would write, at any price")


@pytest.fixture
def styles(tmp_path: Path) -> Path:
    folder = tmp_path / "styles"
    shutil.copytree(EXAMPLE / "data", folder)
    return folder


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(install_example(folder)))
    return folder


def test_a_benchmark_of_another_package_has_its_own_columns_on_the_command_line(tmp_path: Path, styles: Path) -> None:
    (tmp_path / "packages").mkdir()
    place = install_example(tmp_path / "packages")
    for judge in ("shorter", "first"):
        ran = codefavor(place, "bench", "run", "--judge", judge, "--data", styles, "--out", tmp_path / judge)
        assert ran.returncode == 0, ran.stderr
    assert "Accuracy on Styles" in codefavor(place, "report", tmp_path / "first", "--out", tmp_path / "r.html").stdout
    result = read_result(tmp_path / "shorter")
    assert result.benchmark and result.benchmark.name == "styles"
    assert {key: stratum.tasks for key, stratum in result.aspects.items()} == {"readable": 4, "idiomatic": 4}
    # The average is over the one stratum that says so.
    assert result.average == result.aspects["idiomatic"].accuracy
    compared = codefavor(place, "bench", "compare", tmp_path / "shorter", tmp_path / "first", "--json")
    assert [row["aspect"] for row in json.loads(compared.stdout)["rows"]] == ["readable", "idiomatic", AVERAGE]
    (styles / "styles.jsonl").write_text("{}\n", encoding="utf-8")
    refused = codefavor(place, "bench", "run", "--judge", "first", "--data", styles, "--out", tmp_path / "x")
    assert refused.returncode == 2 and "styles.jsonl: not the released file" in refused.stderr


def test_comments_are_stripped_where_the_stratum_says_so(example: Path, styles: Path) -> None:
    assert find_benchmark("styles").title == "Styles" and known_names() == ["codeprefbench", "styles"]
    codes = {task.stratum: "" for task in load_tasks(styles, "stripped", 0).tasks}
    for task in load_tasks(styles, "stripped", 0).tasks:
        codes[task.stratum] += task.comparison.code_a + task.comparison.code_b
    assert "# the sum" in codes["readable"] and "#" not in codes["idiomatic"]


def test_strata_whose_style_counts_are_not_audited_for_bias(example: Path, styles: Path) -> None:
    tasks = load_tasks(styles, "stripped", 0)
    audit = audit_judge(
        FirstJudge(), tasks, 50, 0, MANIFEST, lambda edited: [True] * len(edited), lambda done, total: None
    )
    assert set(audit.findings[0].flips_by_aspect) == {"idiomatic"}


def test_without_its_package_a_folder_is_refused_by_what_is_known(styles: Path) -> None:
    with pytest.raises(DataError, match=r"no file of a benchmark that is known \(codeprefbench\)"):
        load_tasks(styles, "stripped", 0)
    with pytest.raises(UserError, match="no benchmark is called 'styles'; known are codeprefbench"):
        find_benchmark("styles")


BROKEN = {
    "shape": ("BROKEN = 7", "is a int, not a Benchmark"),
    "crash": ("1 / 0", "ZeroDivisionError: division by zero"),
}
VALUE = """
from codefavor.bench.benchmark import Benchmark, Stratum, StratumTask
BROKEN = Benchmark(name={name!r}, title="T", files={{"styles.jsonl": {sha!r}}}, license="MIT", source="here",
    strata=({strata}), read={read})
"""
SHA = "ba2c3940aaf5d89547571dbbf22f8d0180e955191c6975aee4d63b7384f2e234"
ONE = "Stratum(key='k', title='K'),"
BROKEN |= {
    "name": (VALUE.format(name="other", sha=SHA, strata=ONE, read="list"), "it calls itself 'other'"),
    "strata": (VALUE.format(name="broken", sha=SHA, strata=ONE * 2, read="list"), "no two strata may share a key"),
    "reader": (VALUE.format(name="broken", sha=SHA, strata=ONE, read="lambda folder: {}[1]"), "KeyError: 1"),
    "stratum": (
        VALUE.format(name="broken", sha=SHA, strata=ONE, read="lambda folder: [('z', None)]"),
        "the stratum 'z', which it does not declare",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_benchmark_is_named_with_its_package(
    fault: str, tmp_path: Path, styles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, reason = BROKEN[fault]
    module = f"faulty-benchmark-{fault}"
    entries = {"codefavor.benchmarks": {"broken": f"{module.replace('-', '_')}:BROKEN"}}
    monkeypatch.syspath_prepend(str(install_module(tmp_path / "packages", module, code, entries)))
    with pytest.raises(PluginError, match=rf"the benchmark 'broken' of the package {module} 0.1 is broken: .*") as told:
        load_tasks(styles, "stripped", 0)
    assert reason in str(told.value)


def test_a_file_of_other_criteria_has_its_own_columns_everywhere(tmp_path: Path) -> None:
    data = write_pairs_of(tmp_path / "pairs.jsonl", READABLE, SHORT)
    short = stratum_of(make_pair(SHORT, 0).present("A"))
    assert (short.key[:-6], short.title) == ("fewer-lines-than-a-newcomer-", "Fewer lines than a newcomer…")
    for judge in ("shorter", "longer"):
        bench_judge(judge, data, tmp_path / judge)
    runs = [read_run(tmp_path / judge) for judge in ("shorter", "longer")]
    table = make_accuracy_table([run.result for run in runs], load_published())
    assert [column.title for column in table.columns] == ["Readable", "Fewer lines than a newcomer…", "Average"]
    assert table.average_note == "The average is over readable and fewer lines than a newcomer…."
    assert table.rows[0].cells[short.key].accuracy == 1.0 and len(table.rows) == 2
    for text in (to_markdown(table), to_latex(table), render_page(runs, load_published(), load_tasks(data, "kept", 0))):
        assert "Readable" in text and "Fewer lines than a newcomer…" in text and "Correctness" not in text
    rows = compare_runs(tmp_path / "shorter", tmp_path / "longer", 0).rows
    assert [row.aspect for row in rows] == ["readable", short.key, AVERAGE]
    names = export_tasks(load_tasks(data, "stripped", 0), "lm-eval", "own", tmp_path / "export")
    assert names[0] == "own_readable" and all(name.isidentifier() for name in names)
    assert len(read_rows_of(tmp_path / "export", short.key)) == 24
    csv_path = tmp_path / "r.csv"
    printed = codefavor(tmp_path, "report", tmp_path / "shorter", "--out", tmp_path / "r.html", "--csv", csv_path)
    assert "readable" in printed.stdout
    assert {row["aspect"] for row in csv.DictReader(csv_path.read_text(encoding="utf-8").splitlines())} == {
        *("readable", short.key, AVERAGE)
    }


def test_criteria_beside_aspects_are_columns_outside_the_average(tmp_path: Path) -> None:
    aspects = [criterion_for(aspect) for aspect in (Aspect.SECURITY, Aspect.CORRECTNESS, Aspect.EFFICIENCY)]
    result = bench_judge("first", write_pairs_of(tmp_path / "p.jsonl", READABLE, *aspects), tmp_path / "out")
    assert [stratum.key for stratum in result.strata] == ["correctness", "efficiency", "security", "readable"]
    table = make_accuracy_table([result], None)
    assert [column.key for column in table.columns] == [*("correctness", "efficiency", "security", AVERAGE, "readable")]
    assert table.average_note.endswith("correctness, efficiency and security; readable stands beside it.")
    partial = bench_judge("first", write_pairs_of(tmp_path / "q.jsonl", READABLE, aspects[0]), tmp_path / "partial")
    assert partial.average is None and make_accuracy_table([partial], None).average_note == ""


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        (("Readable.", "readable"), 1),
        (("C idioms", "C++ idioms", "C# idioms"), 3),
        (("a b", "a-b", "a_b"), 3),
        (("correctness", "average", "other", "Correctness"), 4),
        (("!?", "…", ""), 3),
        (("one two three four five six", "one two three four five seven"), 2),
    ],
)
def test_two_criteria_share_a_column_only_if_they_say_the_same(texts: tuple[str, ...], count: int) -> None:
    pairs = [make_pair(Criterion(text=text), 0) for text in texts]
    pairs.append(make_pair(criterion_for(Aspect.CORRECTNESS), 0))
    strata, tasks = stratify([pair.present("A") for pair in pairs])
    keys = {stratum for stratum, _ in tasks}
    assert len(keys) == len({stratum.title for stratum in strata}) == count + 1
    assert keys == {stratum.key for stratum in strata} and AVERAGE not in keys and OTHER.key not in keys


def test_the_rarer_of_many_criteria_share_a_column() -> None:
    pairs = [make_pair(Criterion(text=f"Rule {n}"), i) for n in range(20) for i in range(30 - n)]
    strata, tasks = stratify([pair.present("A") for pair in pairs])
    assert len(strata) == MAX_CRITERIA and strata[-1].key == OTHER.key
    assert sum(stratum == OTHER.key for stratum, _ in tasks) == sum(30 - n for n in range(MAX_CRITERIA - 1, 20))


def test_a_wide_table_has_a_line_a_criterion_on_a_terminal(tmp_path: Path) -> None:
    criteria = [Criterion(text=f"Rule {number}") for number in range(9)]
    bench_judge("shorter", write_pairs_of(tmp_path / "p.jsonl", *criteria), tmp_path / "out")
    printed = codefavor(tmp_path, "report", tmp_path / "out", "--out", tmp_path / "r.html").stdout
    assert all(f"Rule {number}" in printed for number in range(9)) and printed.count("100.0 [") == 10
    assert max(map(len, printed.splitlines())) <= 80
