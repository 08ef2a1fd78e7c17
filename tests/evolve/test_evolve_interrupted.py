"""Runs that are killed or interrupted at any moment go on where they were.

What can be asked twice is told exactly: a call whose answer was on its way to the client, or in the client and not yet
committed to its file, when the kill came; at most one a seed in flight.
"""

import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from codefavor.evolve.protocol import Discard
from codefavor.evolve.settled import Settled
from codefavor.jsonl import read_records
from codefavor.llm.cached import answer_key
from codefavor.llm.protocol import GenerationConfig, Message
from codefavor.pairs.pair import PreferencePair
from codefavor.runs.journal import read_journal
from command_runs import command
from loopback.critic import answer
from loopback.runs import CONCURRENCY, ENVIRONMENT, commit_run, evolve, results, summary, write_commits
from loopback.server import Asked, Loopback


def start(*arguments: object) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command("evolve", *arguments), env=ENVIRONMENT, stdout=quiet, stderr=quiet)


def wait_for_requests(server: Loopback, process: subprocess.Popen[bytes], more: int) -> None:
    before = server.tally.requests
    while server.tally.requests < before + more and process.poll() is None:
        time.sleep(0.002)


def committed(folder: Path) -> set[str]:
    """Return the keys of the answers that a killed run had committed."""
    path = folder / "answers.sqlite"
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path)) as file:
        return {key for (key,) in file.execute("SELECT key FROM answers")}


def key_of(asked: Asked) -> str:
    messages = tuple(Message.model_validate(message) for message in asked.body["messages"])
    config = GenerationConfig(temperature=asked.body["temperature"], max_tokens=asked.body["max_tokens"])
    return answer_key(f"vllm/{asked.body['model']}", messages, config)


@pytest.mark.parametrize("kills", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_a_run_killed_at_any_moment_goes_on_and_repeats_no_answered_call(tmp_path: Path, kills: int) -> None:
    # The seeds last for all kills: about sixty requests for each.
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 20 * kills), tmp_path / "killed"
    moments = random.Random(5)
    with Loopback(answer, 0.05) as server:
        again = commit_run(seeds, server.url, out)
        kept: list[tuple[int, set[str]]] = []
        for number in range(kills):
            process = start(*again)
            if number % 5 == 4:
                time.sleep(moments.uniform(0.0, 2.0))  # also while it starts
            else:
                wait_for_requests(server, process, 1)
                time.sleep(moments.uniform(0.0, 0.15))
            assert process.poll() is None, "the run ended before it was killed"
            process.kill()
            process.wait()
            time.sleep(0.05)
            kept.append((server.tally.requests, committed(out)))
        killed_calls, repeated_before = server.tally.requests, server.tally.repeated
        last = evolve(*again)
        assert last.returncode == 0, last.stderr
        asked = list(server.tally.asked)
        assert len(asked) == server.tally.requests, "the server forgot some requests"
    keys = [key_of(request) for request in asked]
    assert kept[-1][1] and killed_calls > CONCURRENCY
    repeated = [key for since, known in kept for key in islice(keys, since, None) if key in known]
    assert repeated == []
    assert repeated_before <= server.tally.repeated <= kills * CONCURRENCY
    with Loopback(answer) as server:
        whole = evolve(*commit_run(seeds, server.url, tmp_path / "whole"))
        assert whole.returncode == 0, whole.stderr
    assert results(out) == results(tmp_path / "whole")


def test_ctrl_c_writes_out_what_is_settled(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 120), tmp_path / "run"
    with Loopback(answer, 0.2) as server:
        again = commit_run(seeds, server.url, out)
        process = start(*again)
        wait_for_requests(server, process, 5 * CONCURRENCY)
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 130
        counts = summary(out)
        pairs = list(read_records(out / "pairs.jsonl", PreferencePair))
        discards = list(read_records(out / "discarded.jsonl", Discard))
        settled = list(read_journal(out / "journal.jsonl", Settled))
        assert len(pairs) + len(discards) == len(settled) == counts["seeds"]
        assert 0 < counts["seeds"] < 108
        assert not counts["complete"]
        assert evolve(*again).returncode == 0
        assert summary(out)["complete"]
        assert summary(out)["seeds"] == 108
