"""Whole runs from the command line against a server on loopback, continued, refused, limited, shown."""

import json
from pathlib import Path

import pytest

from codefavor.evolve.protocol import Discard
from codefavor.evolve.settled import Settled
from codefavor.jsonl import read_records, read_rows
from codefavor.pairs.pair import PreferencePair
from codefavor.runs.journal import NumberedJournal, read_journal
from loopback.critic import answer
from loopback.faults import Schedule
from loopback.runs import codefavor, commit_run, draft_run, evolve, results, summary, write_commits, write_instructions
from loopback.server import Loopback

FAULTS = Schedule(
    {"rate-limit": 0.03, "server-error": 0.03, "broken-json": 0.02, "cut": 0.02}, seed=3, retry_after=0.05
)


def test_every_seed_is_kept_or_discarded_whatever_goes_wrong(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 60), tmp_path / "run"
    with Loopback(answer, 0.01, FAULTS) as server:
        done = evolve(*commit_run(seeds, server.url, out))
        assert done.returncode == 0, done.stderr
        assert sum(server.tally.faults.values()) > 3
    pairs = list(read_records(out / "pairs.jsonl", PreferencePair))
    discards = list(read_records(out / "discarded.jsonl", Discard))
    assert len(pairs) + len(discards) == 54
    assert {p.provenance.source_id for p in pairs} | {d.source_id for d in discards} == {
        f"{n:040x}" for n in range(60) if n % 10
    }
    assert all(discard.transcript and discard.reason for discard in discards)
    assert {pair.provenance.license for pair in pairs} == {"mit"}
    assert pairs[0].provenance.source == "example/area"
    counts = summary(out)
    assert counts["not_seeds"] == {"licence not allowed: gpl-3.0": 6}
    assert (counts["kept"], counts["discarded"], counts["failed"]) == (len(pairs), len(discards), 0)
    assert counts["complete"]
    assert counts["filtered_in_paper"] == 0.081
    assert counts["tokens"]["vllm/critic"]["calls"] > 54
    assert "sk-of-a-test" not in "".join(path.read_text(errors="replace") for path in out.iterdir())
    assert f"{len(pairs)} pairs" in (out / "README.md").read_text(encoding="utf-8")


def test_a_finished_run_started_again_asks_nothing(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 20), tmp_path / "run"
    with Loopback(answer) as server:
        evolve(*commit_run(seeds, server.url, out))
        asked, before = server.tally.requests, results(out)
        assert evolve(*commit_run(seeds, server.url, out)).returncode == 0
        assert server.tally.requests == asked
        assert results(out) == before
        other = evolve(*commit_run(seeds, server.url, out), "--temperature", 0.1)
        assert other.returncode == 2
        assert "begun with other settings (critic)" in other.stderr
        write_commits(seeds, 30)
        rows = seeds.read_text(encoding="utf-8").replace("area_2", "field_2")
        seeds.write_text(rows, encoding="utf-8")
        changed = evolve(*commit_run(seeds, server.url, out))
        assert changed.returncode == 2
        assert "was another one when the run began" in changed.stderr


def test_a_limit_can_be_raised_later(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 30), tmp_path / "run"
    with Loopback(answer) as server:
        evolve(*commit_run(seeds, server.url, out), "--limit", 5)
        assert summary(out)["seeds"] == 5
        evolve(*commit_run(seeds, server.url, out), "--limit", 12)
        assert summary(out)["seeds"] == 12
        assert server.tally.repeated == 0


def test_a_spent_budget_stops_cleanly_and_more_money_goes_on(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 30), tmp_path / "run"
    prices = tmp_path / "prices.yaml"
    prices.write_text("vllm/critic: {input: 1000.0, output: 1000.0}\n", encoding="utf-8")
    with Loopback(answer) as server:
        paid = (*commit_run(seeds, server.url, out), "--prices", prices, "--budget")
        stopped = evolve(*paid, 12)
        assert stopped.returncode == 0, stopped.stderr
        spent = summary(out)
        assert not spent["complete"]
        assert 0 < spent["seeds"] < 27
        assert "run it again" in stopped.stderr
        evolve(*paid, 1000)
        assert summary(out)["complete"]
        assert summary(out)["seeds"] == 27
        assert server.tally.repeated == 0


def test_critic_evol_drafts_and_revises(tmp_path: Path) -> None:
    instructions, out = write_instructions(tmp_path / "instructions.jsonl", 40), tmp_path / "run"
    with Loopback(answer) as server:
        done = evolve(*draft_run(instructions, server.url, out), "--license", "mit")
        assert done.returncode == 0, done.stderr
    pairs, counts = list(read_records(out / "pairs.jsonl", PreferencePair)), summary(out)
    assert counts["kept"] + counts["discarded"] == 40
    assert counts["discarded_by"]["critique"] == {"the critic finds the draft good enough": counts["discarded"]}
    assert counts["filtered_by_critic"] == counts["discarded"] / 40
    assert set(counts["tokens"]) == {"vllm/weak", "vllm/strong"}
    assert pairs[0].provenance.model == "vllm/strong"
    assert pairs[0].rejected.startswith("def ")
    assert "print" not in pairs[0].rejected
    assert pairs[0].feedback == "The chosen code says the same in fewer words than the rejected code."


def test_drafts_may_come_from_the_file(tmp_path: Path) -> None:
    instructions, out = tmp_path / "drafts.jsonl", tmp_path / "run"
    row = {"id": "1", "instruction": "Write `add(a, b)`.", "draft": "x = add(:"}
    instructions.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with Loopback(answer) as server:
        critic = ("--critic", "vllm/strong", "--base-url", server.url, "--out", out)
        evolve("critic-evol", "--instructions", instructions, *critic)
        assert server.tally.requests == 0
    assert summary(out)["discarded_by"] == {"draft": {"the draft holds no code": 1}}


def test_a_dry_run_asks_and_writes_nothing(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 30), tmp_path / "run"
    done = evolve("commit-instruct", "--edit-pack", seeds, "--critic", "openai/gpt-4o", "--out", out, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("first prompt of seed") == 3
    assert "openai/gpt-4o: 27 seeds, about" in done.stdout
    assert not out.exists()


def test_a_configuration_file_holds_all_of_it(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 10), tmp_path / "run"
    config = tmp_path / "run.yaml"
    with Loopback(answer) as server:
        config.write_text(
            f"edit_pack: {seeds}\ncritic: {{id: vllm/critic, base_urls: ['{server.url}']}}\n"
            "commits: {licenses: []}\neffort: {limit: 3}\n",
            encoding="utf-8",
        )
        done = evolve("commit-instruct", "--config", config, "--limit", 4, "--out", out)
        assert done.returncode == 0, done.stderr
    assert summary(out)["seeds"] == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--critic", "vllm/critic"), "give either repos or edit_pack"),
        (("--critic", "nobody/critic", "--edit-pack", "none.jsonl"), "nobody"),
        (("--edit-pack", "none.jsonl"), "critic"),
        (("--critic", "vllm/critic", "--repo", "none"), "neither a git repository nor"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = evolve("commit-instruct", *arguments, "--out", tmp_path / "run")
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_show_walks_through_what_was_said(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 30), tmp_path / "run"
    with Loopback(answer) as server:
        evolve(*commit_run(seeds, server.url, out))
    kept = evolve("show", out, "--only", "kept", "--limit", 1)
    assert kept.returncode == 0, kept.stderr
    for part in ("Multiply instead of adding up", "YES. NOTE", "from rejected to chosen", "criterion: It runs faster"):
        assert part in kept.stdout
    dropped = evolve("show", out, "--stage", "filter")
    assert dropped.stdout.count("discarded at filter: the critic sees no clear improvement") == sum(
        summary(out)["discarded_by"]["filter"].values()
    )
    assert evolve("show", out, "--seed", "nothing").returncode == 2
    assert evolve("show", tmp_path / "none").returncode == 2


def test_near_duplicates_and_contamination_are_dropped_and_listed(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 30), tmp_path / "run"
    with Loopback(answer) as server:
        evolve(*commit_run(seeds, server.url, out))
        copied = next(read_records(out / "pairs.jsonl", PreferencePair))
        task = {"task_id": "T/1", "instruction": "x", "choices": [copied.chosen, copied.rejected], "gt_choice": 0}
        benchmark = tmp_path / "benchmark.jsonl"
        benchmark.write_text(json.dumps(task) + "\n", encoding="utf-8")
        clean = tmp_path / "clean"
        done = evolve(*commit_run(seeds, server.url, clean), "--benchmark", benchmark)
        assert done.returncode == 0, done.stderr
    found = {d.source_id: d for d in read_records(clean / "discarded.jsonl", Discard)}
    assert found[copied.provenance.source_id].stage == "contamination"
    assert "T/1" in found[copied.provenance.source_id].reason
    assert {row["task"] for _, row in read_rows(clean / "contamination.jsonl")} == {"T/1"}
    assert summary(clean)["contamination"]["chosen~good"] == 1.0
    assert (clean / "overlap.svg").read_text(encoding="utf-8").startswith("<svg")
    assert summary(clean)["kept"] + summary(clean)["discarded"] == 27


def test_a_journal_survives_a_torn_line_and_refuses_a_second_writer(tmp_path: Path) -> None:
    seeds, out = write_commits(tmp_path / "seeds.jsonl", 12), tmp_path / "run"
    with Loopback(answer) as server:
        evolve(*commit_run(seeds, server.url, out))
        before, path = results(out), out / "journal.jsonl"
        path.write_bytes(path.read_bytes()[:-40])
        assert len(list(read_journal(path, Settled))) == 9
        asked = server.tally.requests
        with NumberedJournal(path, Settled):
            second = evolve(*commit_run(seeds, server.url, out))
            assert second.returncode == 2
            assert "another process is working on this run" in second.stderr
        assert evolve(*commit_run(seeds, server.url, out)).returncode == 0
        assert server.tally.requests == asked
    assert results(out) == before


def test_pairs_of_both_evolvers_train_unchanged(tmp_path: Path) -> None:
    seeds = write_commits(tmp_path / "seeds.jsonl", 60)
    instructions = write_instructions(tmp_path / "instructions.jsonl", 40)
    commits, drafts = tmp_path / "commits", tmp_path / "drafts"
    with Loopback(answer) as server:
        evolve(*commit_run(seeds, server.url, commits))
        evolve(*draft_run(instructions, server.url, drafts))
    judge = tmp_path / "judge"
    pairs = ("--pairs", commits / "pairs.jsonl", "--pairs", drafts / "pairs.jsonl")
    trained = codefavor("train", "--objective", "linear", *pairs, "--out", judge)
    assert trained.returncode == 0, trained.stderr
    made = summary(commits)["kept"] + summary(drafts)["kept"]
    assert f"trained on {made} pairs" in trained.stdout
    assert (judge / "judge.json").is_file()
