"""What other frameworks are given: rows as a chat judge asks them, and figures as `bench run` gives them."""

import ast
import subprocess
import sys
from pathlib import Path
from zlib import crc32

import pytest
import yaml
from bench_pairs import write_pairs_file

from codefavor.bench.bench_judge import read_result
from codefavor.bench.export import export_tasks
from codefavor.bench.external_harness import figures, read_reply, read_rows_of
from codefavor.bench.tasks import load_tasks
from codefavor.errors import UserError
from codefavor.judges.chat_format import render_answer
from codefavor.pairs.criterion import Aspect
from loopback.server import Loopback


def answer(prompt: str) -> str:
    drawn = crc32(prompt.encode()) % 10
    return "I cannot tell." if drawn < 2 else render_answer("Hm.", "A" if drawn < 7 else "B")


def test_figures_are_those_of_bench_run(tmp_path: Path) -> None:
    data = write_pairs_file(tmp_path / "pairs.jsonl", (Aspect.CORRECTNESS, Aspect.SECURITY), 15)
    with Loopback(answer=lambda messages: answer(str(messages[-1]["content"]))) as server:
        judge = f"chat:vllm/m?base-url={server.url}&cache={tmp_path / 'answers.sqlite'}"
        command = [sys.executable, "-m", "codefavor", "bench", "run", "--judge", judge, "--data", str(data)]
        subprocess.run([*command, "--out", str(tmp_path / "run")], check=True, capture_output=True)
    names = export_tasks(load_tasks(data, "stripped", 0), "lm-eval", "own", tmp_path / "tasks")
    assert names == ["own_correctness", "own_security"]
    for aspect, result in read_result(tmp_path / "run").aspects.items():
        rows = read_rows_of(tmp_path / "tasks", aspect)
        assert len(rows) == 2 * result.tasks == 30 and result.orders
        told = figures([read_reply(row, answer(row["prompt"])) for row in reversed(rows)])
        expected = (result.orders.single_order, result.orders.both_orders, result.undecided)
        assert tuple(told.values()) == pytest.approx(expected, abs=1e-12)


class _Loader(yaml.SafeLoader):
    """Reads `!function` as the name that follows it."""


_Loader.add_constructor("!function", lambda loader, node: node.value)


def test_files_of_both_frameworks_hang_together(tmp_path: Path) -> None:
    tasks = load_tasks(write_pairs_file(tmp_path / "pairs.jsonl", (Aspect.HUMAN_PREFERENCE,), 3), "stripped", 0)
    export_tasks(tasks, "lm-eval", "own", tmp_path / "lm")
    task = yaml.load((tmp_path / "lm" / "own_human_preference.yaml").read_text(encoding="utf-8"), _Loader)
    functions = {
        f"utils.{node.name}"
        for node in ast.parse((tmp_path / "lm" / "utils.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert {task["custom_dataset"], task["process_results"]} <= functions
    assert {metric["aggregation"] for metric in task["metric_list"]} <= functions
    export_tasks(tasks, "inspect", "own", tmp_path / "inspect")
    written = (tmp_path / "inspect" / "own.py").read_text(encoding="utf-8")
    compile(written, "own.py", "exec")
    assert "def own_human_preference():" in written
    with pytest.raises(UserError, match="not empty"):
        export_tasks(tasks, "inspect", "own", tmp_path / "inspect")
