"""Pairs of a scripted critic, run in the sandbox: a label that the codes themselves refute does not survive."""

from pathlib import Path

from codefavor.evidence.verification import verify
from codefavor.evolve.prompts import commit_instruct
from codefavor.evolve.protocol import Discard
from codefavor.jsonl import read_records
from codefavor.languages.python.language import PYTHON
from codefavor.pairs.pair import PreferencePair
from loopback.critic import answer
from loopback.runs import commit_run, evolve, summary, write_commits
from loopback.server import Loopback

DOUBLE, SQUARE = ("def double(n):\n    return n + n\n", "def double(n):\n    return n * n\n")


def contrary(messages: list[dict[str, str]]) -> str:
    """Rephrase every commit as the same task, with chosen and rejected turned round in every third one."""
    if messages[-1]["content"] != commit_instruct.ask_rephrase(PYTHON):
        return "YES" if messages[-1]["content"] == commit_instruct.ask_filter() else answer(messages)
    number = next(n for n in range(99, 0, -1) if f"area_{n}" in messages[1]["content"])
    pair = (SQUARE, DOUBLE) if number % 3 == 0 else (DOUBLE, SQUARE)
    return commit_instruct.render_rephrasing(
        commit_instruct.Rephrasing(
            instruction=f"Double a number, version {number}.\n\n>>> double({number + 2})\n{2 * number + 4}",
            criterion="It gives the correct result for every number.",
            rejected=pair[1],
            chosen=pair[0],
            feedback="The chosen code is right.",
        ),
        PYTHON,
    )


def test_refuted_pairs_are_dropped_and_the_others_carry_their_evidence(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 7), tmp_path / "run"
    with Loopback(contrary) as server:
        done = evolve(*commit_run(seeds, server.url, out), "--verify")
        assert done.returncode == 0, done.stderr
    discards = list(read_records(out / "discarded.jsonl", Discard))
    refuted = [discard for discard in discards if discard.stage == "verify"]
    assert len(refuted) == 2
    assert all("refuted" in discard.reason and discard.transcript for discard in refuted)
    pairs = list(read_records(out / "pairs.jsonl", PreferencePair))
    assert pairs
    assert {verify(pair).mark for pair in pairs} == {"confirmed"}
    assert {pair.chosen for pair in pairs} == {DOUBLE}
    assert summary(out)["kept"] == len(pairs)


def test_a_run_is_not_continued_without_its_verification(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 3), tmp_path / "run"
    with Loopback(contrary) as server:
        evolve(*commit_run(seeds, server.url, out), "--verify")
        other = evolve(*commit_run(seeds, server.url, out))
    assert other.returncode == 2
    assert "other settings (verify)" in other.stderr
