import csv
import io

from report_results import make_result
from rich.console import Console

from codefavor.report.published import load_published
from codefavor.report.table import make_accuracy_table
from codefavor.report.text import for_terminal, to_csv, to_latex, to_markdown

TABLE = make_accuracy_table([make_result("my|judge[x]")], load_published())


def test_markdown_marks_what_is_published() -> None:
    lines = to_markdown(TABLE).splitlines()
    assert lines[0].startswith("| Judge | Correctness (100) |")
    assert lines[2].startswith("| **my\\|judge[x]** | 65.6 [59.6, 71.6] |")
    assert sum("published, not ours" in line for line in lines) == 23
    assert {line.replace("\\|", "").count("|") for line in lines} == {7}


def test_latex_is_escaped_balanced_and_marks_what_is_published() -> None:
    text = to_latex(make_accuracy_table([make_result("a_b & 100% {x}\\\\")], load_published()))
    assert r"a\_b \& 100\% \{x\}\textbackslash{}" in text
    assert r"65.6$_{[59.6,\,71.6]}$" in text
    assert text.count("(published)") == 23 and text.count(r"\midrule") == 2
    rows = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 25 and {line.replace(r"\&", "").count("&") for line in rows} == {5}


def test_csv_has_fractions() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv([TABLE]))))
    assert rows[0] == {
        "data": "CodePrefBench",
        "judge": "my|judge[x]",
        "published": "False",
        "aspect": "correctness",
        "tasks": "100",
        "accuracy": "0.656",
        "low": "0.596",
        "high": "0.716",
        "undecided": "0.014",
    }
    assert len(rows) == 5 + 23 * 5 - 1


def test_the_terminal_table_fits_eighty_columns_and_shows_ours_only() -> None:
    console = Console(width=80, file=io.StringIO(), record=True)
    console.print(for_terminal(TABLE))
    said = console.export_text()
    assert "my|judge[x]" in said and "59.6–71.6" in said and "Claude" not in said
    assert "…" not in said
