"""Benching on a real Ray cluster of this machine: the verdicts are those without it, after a kill too."""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from bench_pairs import write_pairs_file

from codefavor.atomic import write_json
from codefavor.bench.results import RunSettings
from codefavor.bench.tasks import load_tasks
from codefavor.jsonl import write_records
from codefavor.judges.card import JudgeCard, write_card
from codefavor.judges.format import JOINT_FORMAT
from codefavor.pairs.criterion import Aspect
from loopback.answers import prefers_the_shorter
from loopback.runs import codefavor, end, start
from loopback.server import Loopback
from waiting import wait_until_still

RAY = ("--backend", "ray", "--workers", 2, "--shards-of", 64)


def judged(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the whole lines of a file of verdicts by the ids of their tasks, without what differs in every run."""
    path = folder / "verdicts.jsonl"
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    rows = [json.loads(line) for line in lines if line.endswith(b"\n")]
    assert len(rows) == len({row["task"] for row in rows}), "a task was judged twice"
    for row in rows:
        for verdict in (row["given"], row["swapped"]):
            verdict.pop("cost")
    return {row["task"]: row for row in rows}


def everywhere(out: Path) -> set[str]:
    """Return the tasks that the driver or a worker has judged."""
    return set(judged(out)).union(*(judged(shard) for shard in out.glob("shards/*/")))


def scores(out: Path) -> dict[str, Any]:
    aspects: dict[str, Any] = json.loads((out / "result.json").read_text(encoding="utf-8"))["aspects"]
    return {name: {key: each[key] for key in each if key != "cost"} for name, each in aspects.items()}


def trained_judge(tiny_model: Path, folder: Path) -> Path:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    AutoModelForCausalLM.from_pretrained(tiny_model).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_model).save_pretrained(folder)
    write_card(folder, JudgeCard(objective="classification", format=JOINT_FORMAT, comments="stripped", max_length=512))
    return folder


def test_an_address_where_nobody_listens_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    pairs, out = write_pairs_file(tmp_path / "pairs.jsonl"), tmp_path / "out"
    refused = codefavor(
        *("bench", "run", "--judge", "shorter", "--data", pairs, "--out", out),
        *(*RAY, "--ray-address", "127.0.0.1:1"),
    )
    assert refused.returncode == 2 and "no Ray cluster at 127.0.0.1:1" in refused.stderr
    assert not out.exists()


def test_what_workers_of_a_killed_run_judged_is_taken_by_the_next_one_with_or_without_ray(tmp_path: Path) -> None:
    pairs, whole, out = write_pairs_file(tmp_path / "pairs.jsonl"), tmp_path / "whole", tmp_path / "out"
    run = ("bench", "run", "--judge", "chance:1", "--data", pairs, "--out")
    assert codefavor(*run, whole).returncode == 0
    lines = (whole / "verdicts.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    # What a driver writes before it removes the shard, and what it had not come to; marked, to be known again.
    taken, waiting = (line.replace('"judge":"chance:1"', '"judge":"a worker"') for line in lines[:2])
    shard = out / "shards" / "00000"
    shard.mkdir(parents=True)
    write_json(out / "settings.json", RunSettings.model_validate_json((whole / "settings.json").read_bytes()))
    write_records(shard.with_suffix(".jsonl"), load_tasks(pairs, "stripped", seed=0).tasks[:20])
    (out / "verdicts.jsonl").write_text(taken, encoding="utf-8")
    (shard / "verdicts.jsonl").write_text(taken + waiting + '{"task": "torn', encoding="utf-8")
    again = codefavor(*run, out)
    assert again.returncode == 0, again.stderr
    assert not (out / "shards").exists()
    judges = [row["given"]["judge"] for row in judged(out).values()]
    assert len(judges) == 80 and judges.count("a worker") == 2
    assert scores(out) == scores(whole)


@pytest.mark.slow
def test_a_trained_judge_gives_the_same_verdicts_with_and_without_ray(tiny_model: Path, tmp_path: Path) -> None:
    pairs = write_pairs_file(tmp_path / "pairs.jsonl", each=40)
    judge = trained_judge(tiny_model, tmp_path / "judge")
    run = ("bench", "run", "--judge", f"model:{judge}", "--data", pairs, "--out")
    spread = start(*run, tmp_path / "ray", *RAY)
    said = end(spread)
    assert spread.returncode == 0, said
    assert codefavor(*run, tmp_path / "local").returncode == 0
    there, here = judged(tmp_path / "ray"), judged(tmp_path / "local")
    assert len(here) == 160 and len({row["given"]["prob_a"] for row in here.values()}) > 100
    assert {task: row["given"]["choice"] for task, row in there.items()} == {
        task: row["given"]["choice"] for task, row in here.items()
    }
    for order in ("given", "swapped"):
        expected = {task: row[order]["prob_a"] for task, row in here.items()}
        # A worker adds up on one thread what the local engine may add up on several.
        assert {task: row[order]["prob_a"] for task, row in there.items()} == pytest.approx(expected, abs=1e-6)
    assert scores(tmp_path / "ray") == scores(tmp_path / "local")
    assert not (tmp_path / "ray" / "shards").exists()


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_stopped_and_continued_on_ray_nothing_is_judged_twice(tmp_path: Path, by: signal.Signals) -> None:
    pairs, out, whole = tmp_path / "pairs.jsonl", tmp_path / "ray", tmp_path / "whole"
    write_pairs_file(pairs, (Aspect.EFFICIENCY,), each=320)
    with Loopback(prefers_the_shorter, 0.1) as server:

        def run(folder: Path, answers: str) -> tuple[object, ...]:
            judge = f"chat:vllm/m?base-url={server.url}&cache={tmp_path / answers}"
            return ("bench", "run", "--judge", judge, "--data", pairs, "--out", folder)

        first = start(*run(out, "first.sqlite"), *RAY)
        while len(everywhere(out)) < 32:
            assert first.poll() is None, end(first)
            time.sleep(0.01)
        if by == signal.SIGKILL:
            os.killpg(first.pid, by)
        else:
            first.send_signal(by)
        said = end(first)
        if by == signal.SIGINT:
            assert first.returncode == 130 and f"resumes the run in {out}" in said and "Traceback" not in said
        wait_until_still(lambda: server.tally.requests)  # Ray's own processes follow the driver
        done, asked = everywhere(out), server.tally.requests
        assert 32 <= len(done) < 320
        last = start(*run(out, "last.sqlite"), *RAY)
        said = end(last)
        assert last.returncode == 0, said
        assert server.tally.requests - asked == 2 * (320 - len(done))
        assert not (out / "shards").exists()
        again = server.tally.requests
        assert codefavor(*run(out, "last.sqlite")).returncode == 0
        assert server.tally.requests == again
        assert "sk-of-a-test" not in "".join(p.read_text(errors="replace") for p in out.rglob("*") if p.is_file())
        assert codefavor(*run(whole, "whole.sqlite")).returncode == 0
    assert judged(out) == judged(whole)
    assert scores(out) == scores(whole)


@pytest.mark.slow
def test_a_worker_that_has_to_stop_is_named_by_its_shard(tmp_path: Path) -> None:
    pairs, out, answers = write_pairs_file(tmp_path / "pairs.jsonl"), tmp_path / "ray", tmp_path / "answers.sqlite"
    answers.write_text("no such file of answers", encoding="utf-8")
    judge = f"chat:vllm/m?base-url=http://127.0.0.1:9&cache={answers}"
    stopped = start("bench", "run", "--judge", judge, "--data", pairs, "--out", out, *RAY)
    said = end(stopped)
    assert stopped.returncode == 2
    assert "error: shard 0000" in said and "answers.sqlite" in said and "Traceback" not in said
    assert (out / "settings.json").exists() and not (out / "result.json").exists()
