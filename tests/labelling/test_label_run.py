"""Whole runs of `codefavor label`: its files, its refusals, and going on after a kill."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
import yaml
from label_samples import SHORTER, command, finished, read_rows_of, rows, write_samples

from codefavor.pairs.source import read_pairs
from loopback.answers import prefers_the_shorter
from loopback.runs import codefavor
from loopback.server import Loopback


def test_rows_carry_what_is_known_of_the_preference_and_convert_back_to_whole_pairs(tmp_path: Path) -> None:
    samples, out = write_samples(tmp_path / "samples.jsonl", rows(24)), tmp_path / "set"
    done = codefavor("label", samples, *SHORTER, "--license", "MIT", "--confidence", 0.7, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    yields, written = json.loads(done.stdout), read_rows_of(out)
    assert yields == json.loads((out / "yield.json").read_text()) and yields["problems"] == 24
    assert yields["kept"] == len(written) > 10 and yields["judgements"] > 60
    assert sum(own["kept"] for own in yields["by_candidates"].values()) == yields["kept"]
    number = {row["instruction"]: row["candidates"] for row in rows(24)}
    for row in written:
        assert {row["chosen"], row["rejected"]} <= set(number[row["prompt"]])
        assert len(row["chosen"]) < len(row["rejected"])
        assert row["margin"] > 0 and 0.7 <= row["probability"] < 1 and row["judge"] == "shorter"
    packed = pyarrow.parquet.read_table(out / "data" / "train-00000.parquet").to_pylist()
    assert packed == written
    pairs = tmp_path / "pairs.jsonl"
    back = codefavor("pairs", "convert", out / "preferences.jsonl", pairs, "--from", "trl")
    assert back.returncode == 0, back.stderr
    first = next(iter(read_pairs(pairs)))
    assert first.criterion.text == "Shorter." and first.provenance.license == "MIT"
    assert first.provenance.source == "samples.jsonl" and first.provenance.source_id.startswith("p")


def test_the_card_says_what_the_set_is_and_how_many_pairs_it_lost(tmp_path: Path) -> None:
    samples, out = write_samples(tmp_path / "samples.jsonl", rows(24)), tmp_path / "my set"
    assert codefavor("label", samples, *SHORTER, "--license", "MIT", "--out", out).returncode == 0
    yields = json.loads((out / "yield.json").read_text())
    _, header, text = (out / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    front = yaml.safe_load(header)
    assert (front["pretty_name"], front["license"]) == ("my set", "mit")
    assert (out / front["configs"][0]["data_files"]).exists()
    assert f"{yields['kept']} preference pairs of 24 problems of `samples.jsonl`" in text
    assert "`shorter`; no person looked at them" in text
    assert f"| not confident | {yields['dropped']['not confident']} |" in text
    for count, own in yields["by_candidates"].items():
        assert f"| {count} | {own['problems']} | {own['with_pairs']} | {own['kept']} | {own['dropped']} |" in text


def test_parquet_and_chat_messages_say_the_same(tmp_path: Path) -> None:
    samples = write_samples(tmp_path / "samples.jsonl", rows(12))
    packed = tmp_path / "samples.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows(12)), packed)
    for name, options in (("lines", (samples,)), ("parquet", (packed,)), ("chat", (packed, "--chat"))):
        done = codefavor("label", *options, *SHORTER, "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
    lines, parquet, chat = (read_rows_of(tmp_path / name) for name in ("lines", "parquet", "chat"))
    columns_read = ("prompt", "chosen", "rejected", "margin", "probability")
    assert [[row[name] for name in columns_read] for row in lines] == [
        [row[name] for name in columns_read] for row in parquet
    ]
    for row, plain in zip(chat, parquet, strict=True):
        assert row["prompt"] == [{"role": "user", "content": plain["prompt"]}]
        assert row["rejected"] == [{"role": "assistant", "content": plain["rejected"]}]
        assert row["margin"] == plain["margin"]


def start(*arguments: object) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    environment = {**os.environ, "OPENAI_API_KEY": "sk-of-a-test"}
    return subprocess.Popen(command(*arguments), env=environment, stdout=quiet, stderr=quiet)


def test_killed_it_goes_on_and_what_is_finished_is_not_judged_again(tmp_path: Path) -> None:
    samples = write_samples(tmp_path / "samples.jsonl", rows(120))
    out, whole = tmp_path / "killed", tmp_path / "whole"
    moments = random.Random(2)
    criterion = ("--criterion", "Shorter.")

    def run(folder: Path, url: str, answers: str) -> tuple[object, ...]:
        # Every start gets a cache of its own, so that what is judged again is asked again.
        judge = f"chat:vllm/m?base-url={url}&cache={tmp_path / answers}"
        return (samples, *criterion, "--judge", judge, "--out", folder)

    with Loopback(prefers_the_shorter, 0.05) as server:
        for kill in range(2):
            before = finished(out)
            enough = len(before) + moments.randrange(5, 30)
            process = start(*run(out, server.url, f"{kill}.sqlite"))
            while len(finished(out)) < enough:
                assert process.poll() is None, "it ended before it was killed"
                time.sleep(0.005)
            process.kill()
            process.wait()
        done, number = finished(out), server.tally.requests
        assert 10 <= len(done) < 120
        last = codefavor("label", *run(out, server.url, "last.sqlite"))
        assert last.returncode == 0, last.stderr
        after = [request.body["messages"][-1]["content"] for request in list(server.tally.asked)[number:]]
        assert after and not any(f"Add up to {name[1:]}." in text for name in done for text in after)
        again = server.tally.requests
        assert codefavor("label", *run(out, server.url, "last.sqlite")).returncode == 0
        assert server.tally.requests == again
        assert codefavor("label", *run(whole, server.url, "whole.sqlite")).returncode == 0
    assert (out / "preferences.jsonl").read_bytes() == (whole / "preferences.jsonl").read_bytes()


def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    samples, out = write_samples(tmp_path / "samples.jsonl", rows(200)), tmp_path / "out"
    with Loopback(prefers_the_shorter, 0.1) as server:
        judge = f"chat:vllm/m?base-url={server.url}&cache={tmp_path / 'answers.sqlite'}"
        arguments = (samples, "--criterion", "Shorter.", "--judge", judge, "--out", out)
        environment = {**os.environ, "OPENAI_API_KEY": "sk-of-a-test"}
        process = subprocess.Popen(command(*arguments), env=environment, stderr=subprocess.PIPE, text=True)
        while not finished(out):
            assert process.poll() is None, "it ended before it was interrupted"
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=300)
    assert process.returncode == 130 and f"resumes the run in {out}" in error and "Traceback" not in error
    assert finished(out) and not (out / "preferences.jsonl").exists()


GOOD: dict[str, Any] = {"instruction": "x", "candidates": ["a", "b"]}


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        ("", ("--confidence", 1), "--confidence 1: a probability of at least 0.5 and below 1"),
        ("", ("--delta", 0), "--delta 0: a probability above 0"),
        ('{"instruction": "x"}\n', SHORTER, "samples.jsonl, line 1: candidates"),
        ('{"instruction": "x", "candidates": "a"}\n', SHORTER, "samples.jsonl, line 1: candidates"),
        (json.dumps(GOOD) + "\n{not json\n", SHORTER, "samples.jsonl, line 2: not JSON"),
        (json.dumps(GOOD) + "\n", ("--judge", "shorter"), "line 1: criterion: neither the row nor the command"),
        (json.dumps(GOOD) + "\n", ("--judge", "nobody", *SHORTER[2:]), "no judge is called 'nobody'"),
        (json.dumps(GOOD) + "\n", (*SHORTER[:2], "--criterion", " "), "say what better means"),
        (None, SHORTER, "samples.jsonl: No such file"),
        ("", SHORTER, "samples.jsonl: no problems"),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, content: str | None, options: tuple[object, ...], reason: str
) -> None:
    samples = tmp_path / "samples.jsonl"
    if content is not None:
        samples.write_text(content, encoding="utf-8")
    refused = codefavor("label", samples, *options, "--out", tmp_path / "out")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: ") and refused.stderr.count("\n") == 1 and reason in refused.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_of_something_else_and_a_damaged_table_are_refused(tmp_path: Path) -> None:
    samples, other = write_samples(tmp_path / "samples.jsonl", rows(2)), tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("mine", encoding="utf-8")
    refused = codefavor("label", samples, *SHORTER, "--out", other)
    assert refused.returncode == 2 and "is not empty and holds no such run; choose another --out" in refused.stderr
    assert [path.name for path in other.iterdir()] == ["thesis.tex"]
    packed = tmp_path / "samples.parquet"
    packed.write_bytes(b"PAR1 and no more")
    damaged = codefavor("label", packed, *SHORTER, "--out", tmp_path / "out")
    assert damaged.returncode == 2 and "samples.parquet: unreadable" in damaged.stderr
    assert not (tmp_path / "out").exists()
