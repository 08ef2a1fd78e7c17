"""Labelling on a real Ray cluster of this machine: the same set as without it, and after a kill."""

import json
import os
import signal
import time
from pathlib import Path

import pytest
from label_samples import SHORTER, finished, rows, write_samples

from codefavor.jsonl import write_records
from codefavor.labelling.labelled import LabelledProblem, LabelSettings
from codefavor.runs.journal import JOURNAL_FILE, NumberedJournal
from codefavor.runs.run_folder import claim
from loopback.answers import prefers_the_shorter
from loopback.runs import codefavor, end, start
from loopback.server import Loopback
from waiting import wait_until_still

RAY = ("--backend", "ray", "--workers", 2, "--shards-of", 16)


def test_an_address_where_nobody_listens_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    samples, out = write_samples(tmp_path / "samples.jsonl", rows(4)), tmp_path / "out"
    refused = codefavor("label", samples, *SHORTER, "--out", out, *RAY, "--ray-address", "127.0.0.1:1")
    assert refused.returncode == 2 and "no Ray cluster at 127.0.0.1:1" in refused.stderr
    assert not out.exists()


def test_what_workers_of_a_killed_run_finished_is_taken_by_the_next_one_with_or_without_ray(tmp_path: Path) -> None:
    samples, whole, out = write_samples(tmp_path / "samples.jsonl", rows(20)), tmp_path / "whole", tmp_path / "out"
    assert codefavor("label", samples, *SHORTER, "--out", whole).returncode == 0
    settings = LabelSettings.model_validate_json((whole / "settings.json").read_bytes())
    with NumberedJournal(whole / JOURNAL_FILE, LabelledProblem) as journal:
        done = [problem.model_copy(update={"judgements": 1000}) for problem in journal][:5]
    claim(out, settings)
    write_records(out / "shards" / "00000.jsonl", [])
    with NumberedJournal(out / "shards" / "00000" / JOURNAL_FILE, LabelledProblem) as of_a_worker:
        for problem in done:
            of_a_worker.add(problem)
    with (out / "shards" / "00000" / "journal.jsonl").open("a") as torn:
        torn.write('{"index": 5, "ta')
    again = codefavor("label", samples, *SHORTER, "--out", out)
    assert again.returncode == 0, again.stderr
    assert not (out / "shards").exists()
    assert (out / "preferences.jsonl").read_bytes() == (whole / "preferences.jsonl").read_bytes()
    assert json.loads((out / "yield.json").read_text())["judgements"] > 5000, "the worker's problems were judged again"


def everywhere(out: Path) -> set[str]:
    """Return the names of the problems finished by driver or workers."""
    return finished(out).union(*(finished(shard) for shard in out.glob("shards/*/")))


@pytest.mark.slow
def test_killed_and_continued_on_ray_it_is_the_set_made_without_ray(tmp_path: Path) -> None:
    samples, out, whole = write_samples(tmp_path / "samples.jsonl", rows(200)), tmp_path / "ray", tmp_path / "whole"
    with Loopback(prefers_the_shorter, 0.1) as server:

        def run(folder: Path, answers: str) -> tuple[object, ...]:
            judge = f"chat:vllm/m?base-url={server.url}&cache={tmp_path / answers}"
            return (samples, "--criterion", "Shorter.", "--judge", judge, "--out", folder)

        first = start("label", *run(out, "first.sqlite"), *RAY)
        while len(everywhere(out)) < 30:
            assert first.poll() is None, end(first)
            time.sleep(0.01)
        os.killpg(first.pid, signal.SIGKILL)
        end(first)
        wait_until_still(lambda: server.tally.requests)  # Ray's own processes follow the driver
        done, requests = everywhere(out), server.tally.requests
        assert 30 <= len(done) < 200
        last = start("label", *run(out, "last.sqlite"), *RAY)
        output = end(last)
        assert last.returncode == 0, output
        after = [problem.body["messages"][-1]["content"] for problem in list(server.tally.asked)[requests:]]
        assert after and not any(f"Add up to {name[1:]}." in text for name in done for text in after)
        assert not (out / "shards").exists()
        again = server.tally.requests
        assert codefavor("label", *run(out, "last.sqlite")).returncode == 0
        assert server.tally.requests == again
        assert "sk-of-a-test" not in "".join(p.read_text(errors="replace") for p in out.rglob("*") if p.is_file())
        assert codefavor("label", *run(whole, "whole.sqlite")).returncode == 0
    assert (out / "preferences.jsonl").read_bytes() == (whole / "preferences.jsonl").read_bytes()


@pytest.mark.slow
def test_a_worker_that_has_to_stop_is_named_by_its_shard_and_what_is_finished_stays(tmp_path: Path) -> None:
    samples, out = write_samples(tmp_path / "samples.jsonl", rows(40)), tmp_path / "ray"
    votes = tmp_path / "answers.sqlite"
    votes.write_text("no such file of answers", encoding="utf-8")
    judge = f"chat:vllm/m?base-url=http://127.0.0.1:9&cache={votes}"
    stopped = start("label", samples, "--criterion", "Shorter.", "--judge", judge, "--out", out, *RAY)
    output = end(stopped)
    assert stopped.returncode == 2
    assert "error: shard 0000" in output and "answers.sqlite" in output and "Traceback" not in output
    assert (out / "settings.json").exists() and not (out / "preferences.jsonl").exists()
