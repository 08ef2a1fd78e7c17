import json
import subprocess
from pathlib import Path

import pytest

from codefavor.jsonl import write_records
from codefavor.pairs.criterion import Aspect
from command_runs import refusal, run
from loopback.server import Loopback
from made_pairs import make_pair

SECURITY = ("--instruction", "Hash x.", "--criterion", "security")


def codefavor(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(*arguments, environment=environment)


def assert_refused(ran: subprocess.CompletedProcess[str], reason: str) -> None:
    assert reason in refusal(ran)


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    write_records(
        path,
        (
            make_pair(f"x = {number}", f"x = {number} + 0", aspect, instruction=f"Return {number}.", source_id=number)
            for aspect in Aspect
            for number in range(12)
        ),
    )
    return path


@pytest.fixture
def candidates(tmp_path: Path) -> tuple[Path, Path]:
    a, b = tmp_path / "a.py", tmp_path / "b.py"
    a.write_text("import hashlib\n# very safe, very safe, very safe\nh = hashlib.md5(x)\n", encoding="utf-8")
    b.write_text("import hashlib\nh = hashlib.sha256(x)\n", encoding="utf-8")
    return a, b


def test_run_compare_and_report_work_end_to_end(pairs: Path, tmp_path: Path) -> None:
    for judge in ("shorter", "chance:1"):
        ran = codefavor("bench", "run", "--judge", judge, "--out", tmp_path / judge, CODEFAVOR_BENCH=str(pairs))
        assert ran.returncode == 0, ran.stderr
        assert "Accuracy on pairs.jsonl" in ran.stdout
    result = json.loads((tmp_path / "shorter" / "result.json").read_text(encoding="utf-8"))
    assert result["judge"] == "shorter" and result["average"] == 1
    assert {"tasks", "accuracy", "undecided", "stderr", "interval"} <= result["aspects"]["security"].keys()
    assert result["manifest"]["command"].startswith("codefavor bench run --judge shorter")
    assert list(result["manifest"]["inputs"]) == [str(pairs)]

    compared = codefavor("bench", "compare", tmp_path / "shorter", tmp_path / "chance:1", "--json")
    assert json.loads(compared.stdout)["rows"][-1]["aspect"] == "average"

    out = tmp_path / "out"
    reported = codefavor(
        "report",
        *(tmp_path / "shorter", tmp_path / "chance:1"),
        *("--out", out / "report.html", "--markdown", out / "report.md", "--csv", out / "report.csv"),
        *("--latex", out / "report.tex", "--data", pairs),
    )
    assert reported.returncode == 0, reported.stderr
    assert sorted(path.name for path in out.iterdir()) == [*("report.csv", "report.html", "report.md", "report.tex")]
    assert '"instruction":"Return 11."' in (out / "report.html").read_text(encoding="utf-8")
    assert "shorter" in reported.stdout
    before = (out / "report.html").read_bytes()
    refused = codefavor("report", tmp_path / "chance:1", "--out", out / "report.html", "--csv", tmp_path)
    assert_refused(refused, "cannot be written")
    assert (out / "report.html").read_bytes() == before and len(list(out.iterdir())) == 4


def test_bad_input_to_bench_is_one_sentence_and_leaves_nothing(pairs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = ("bench", "run", "--out", out)
    assert_refused(codefavor(*run, "--judge", "wise", "--data", pairs), "no judge is called 'wise'")
    assert_refused(codefavor(*run, "--judge", "shorter", "--data", tmp_path / "none"), "No such file")
    assert_refused(codefavor(*run, "--judge", f"model:{tmp_path}", "--data", pairs), "judge.json")
    assert_refused(
        codefavor("bench", "run", "--judge", "first", "--data", pairs, "--out", pairs / "x"), "pairs.jsonl/x"
    )
    assert_refused(codefavor("bench", "compare", out, out), "no such file")
    assert_refused(codefavor("report", out, "--out", tmp_path / "report.html"), "no such file")
    fetch = codefavor("bench", "fetch", "--out", out, CODEFAVOR_BENCH_URL="http://127.0.0.1:1")
    assert_refused(fetch, "--accept-license")
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.jsonl"]


def test_a_chat_model_is_benched_and_nothing_is_asked_twice(pairs: Path, tmp_path: Path) -> None:
    def answer(messages: list[dict[str, str]]) -> str:
        return "The zero is idle.\nVERDICT: Code A is better than code B."

    with Loopback(answer) as server:
        spec = f"chat:vllm/m?base-url={server.url}"
        for out in ("one", "two"):
            ran = codefavor(
                *("bench", "run", "--judge", spec, "--data", pairs, "--out", tmp_path / out),
                XDG_CACHE_HOME=str(tmp_path),
            )
            assert ran.returncode == 0, ran.stderr
        assert server.tally.requests == 96
    result = json.loads((tmp_path / "two" / "result.json").read_text(encoding="utf-8"))
    assert result["judge"] == "chat:vllm/m" and result["aspects"]["security"]["orders"]["flip_rate"] == 1
    assert result["cost"]["input_tokens"] > 100


def test_a_report_refuses_tasks_that_no_run_is_about(pairs: Path, tmp_path: Path) -> None:
    others = tmp_path / "others.jsonl"
    others.write_bytes(pairs.read_bytes().split(b"\n")[0] + b"\n")
    codefavor("bench", "run", "--judge", "first", "--data", pairs, "--out", tmp_path / "first")
    report = ("report", tmp_path / "first", "--out", tmp_path / "report.html")
    assert_refused(codefavor(*report, "--data", others), "none of the runs was benched on this")
    assert not (tmp_path / "report.html").exists()


def test_fetch_from_a_dead_server_leaves_nothing(tmp_path: Path) -> None:
    ran = codefavor(
        *("bench", "fetch", "--out", tmp_path / "bench", "--accept-license"), CODEFAVOR_BENCH_URL="http://127.0.0.1:1"
    )
    assert_refused(ran, "cannot be fetched")
    assert list(tmp_path.iterdir()) == []


def test_compare_names_the_better_file_without_its_comments(candidates: tuple[Path, Path]) -> None:
    ran = codefavor("compare", *candidates, *SECURITY, "--judge", "shorter", "--json")
    answer = json.loads(ran.stdout)
    assert (answer["preferred"], answer["judge"]) == (str(candidates[0]), "shorter (both orders)")
    kept = codefavor(
        "compare", *candidates, *SECURITY, "--keep-comments", "--orders", "given", CODEFAVOR_JUDGE="shorter"
    )
    assert [line.split() for line in kept.stdout.splitlines()] == [
        ["preferred", str(candidates[1])],
        ["choice", "B"],
        ["judge", "shorter"],
    ]


def test_compare_says_why_it_is_undecided(candidates: tuple[Path, Path]) -> None:
    ran = codefavor("compare", *candidates, "--instruction", "x", "--criterion", "Nicer.", "--judge", "first")
    assert "undecided    the two orders disagree" in ran.stdout and "preferred" not in ran.stdout


def test_bad_input_to_compare_is_one_sentence(candidates: tuple[Path, Path], tmp_path: Path) -> None:
    asked = ("compare", *candidates, "--instruction", "x")
    assert_refused(codefavor(*asked, "--criterion", " ", "--judge", "first"), "correctness, efficiency, security")
    assert_refused(codefavor(*asked, "--judge", "first"), "say what better means")
    assert_refused(codefavor("compare", tmp_path / "c.py", candidates[0], *SECURITY, "--judge", "first"), "c.py")
    (tmp_path / "d.py").write_bytes(b"\xff\xfe")
    assert_refused(codefavor("compare", tmp_path / "d.py", candidates[0], *SECURITY, "--judge", "first"), "not UTF-8")


def test_compare_answers_where_no_judge_was_trained(candidates: tuple[Path, Path], tmp_path: Path) -> None:
    answered = codefavor("compare", *candidates, *SECURITY, "--json", XDG_DATA_HOME=str(tmp_path))
    assert answered.returncode == 0, answered.stderr
    verdict = json.loads(answered.stdout)
    assert verdict["choice"] == "B"
    assert verdict["probability"] > 0.5
    assert verdict["judge"].startswith("grounded")
