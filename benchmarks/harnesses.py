"""One model, one benchmark, three scorers: `bench run`, lm-evaluation-harness and Inspect must give the same figures.

    python -m venv HARNESS && HARNESS/bin/pip install lm-eval inspect-ai openai scipy   # they want an older protobuf
    PYTHONPATH=src:tests python benchmarks/harnesses.py --data tasks.jsonl --python HARNESS/bin/python

The model is a server on loopback whose answers depend on what it is asked and on nothing else: A, B, neither, or words
that name no candidate. Figures are compared to the last digit; the result is recorded in harnesses.md.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from zlib import crc32

from codefavor.judges.chat_format import render_answer
from loopback.dialects import Messages
from loopback.process import LoopbackProcess

Figures = dict[str, dict[str, float]]
"""The three metrics by aspect."""


def answer(messages: Messages) -> str:
    """Return an answer that depends on the last message alone."""
    drawn = crc32(str(messages[-1]["content"]).encode()) % 10
    if drawn == 0:
        return "VERDICT: neither is better."
    if drawn == 1:
        return "I cannot tell."
    return render_answer("One of them is right.", "A" if drawn < 7 else "B")


def run(command: list[str], folder: Path | None = None, **environment: str) -> str:
    """Run a program and return what it printed; leave with its error where it failed."""
    # The harnesses run in a folder of their own, so that the way to codefavor must not depend on it.
    paths = [str(Path(path).resolve()) for path in sys.path if path]
    inherited = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path.endswith(("src", "tests")))}
    ran = subprocess.run(
        command, cwd=folder, env={**inherited, **environment}, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        sys.exit(f"{' '.join(command)}\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}")
    return ran.stdout


def ours(data: Path, url: str, folder: Path) -> Figures:
    """Run `bench run` with the chat judge."""
    judge = f"chat:vllm/model?base-url={url}&cache={folder / 'answers.sqlite'}"
    out = folder / "run"
    bench = [sys.executable, "-m", "codefavor", "bench"]
    run([*bench, "run", "--judge", judge, "--data", str(data), "--out", str(out)])
    aspects = json.loads((out / "result.json").read_text(encoding="utf-8"))["aspects"]
    return {
        aspect: {
            "single_order": each["orders"]["single_order"],
            "both_orders": each["orders"]["both_orders"],
            "undecided": each["undecided"],
        }
        for aspect, each in aspects.items()
    }


def exported(framework: str, data: Path, folder: Path) -> Path:
    """Run `bench export` and return its folder."""
    out = folder / framework
    bench = [sys.executable, "-m", "codefavor", "bench"]
    run([*bench, "export", "--to", framework, "--data", str(data), "--out", str(out), "--name", "own"])
    return out


def lm_eval(python: str, tasks: Path, url: str, aspects: list[str], folder: Path) -> Figures:
    """Run lm-evaluation-harness on the exported tasks."""
    names = {aspect: f"own_{aspect}".replace("-", "_") for aspect in aspects}
    model_args = f"model=model,base_url={url}/chat/completions,num_concurrent=4,max_retries=1,tokenized_requests=False"
    command = [python, "-m", "lm_eval", "run", "--model", "local-chat-completions", "--model_args", model_args]
    command += ["--include_path", str(tasks), "--tasks", ",".join(names.values()), "--apply_chat_template"]
    run([*command, "--output_path", str(folder / "lm-eval.json")], OPENAI_API_KEY="none", HF_HUB_OFFLINE="1")
    (result,) = folder.glob("lm-eval*.json")
    results: dict[str, dict[str, Any]] = json.loads(result.read_text(encoding="utf-8"))["results"]
    metrics = ("single_order", "both_orders", "undecided")
    return {
        aspect: {metric: float(results[name][f"{metric},none"]) for metric in metrics} for aspect, name in names.items()
    }


def inspect(python: str, tasks: Path, url: str, folder: Path) -> Figures:
    """Run Inspect on the exported tasks."""
    logs = folder / "logs"
    command = [python, "-m", "inspect_ai", "eval", "own.py", "--model", "openai-api/loopback/model"]
    command += ["--log-dir", str(logs), "--log-format", "json", "--display", "none"]
    run(command, tasks, LOOPBACK_API_KEY="none", LOOPBACK_BASE_URL=url)
    found: Figures = {}
    for log in logs.glob("*.json"):
        read = json.loads(log.read_text(encoding="utf-8"))
        metrics = read["results"]["scores"][0]["metrics"]
        found[read["samples"][0]["metadata"]["aspect"]] = {name: each["value"] for name, each in metrics.items()}
    return found


def main() -> None:
    """Run all three and print the figures; the exit code is 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--python", required=True, help="a Python that has lm-eval and inspect-ai")
    options = parser.parse_args()
    same = True
    with tempfile.TemporaryDirectory() as name, LoopbackProcess("harnesses:answer", 0.0) as server:
        folder = Path(name)
        reference = ours(options.data, server.url, folder)
        rows = {
            "lm-eval": lm_eval(
                options.python, exported("lm-eval", options.data, folder), server.url, list(reference), folder
            ),
            "inspect": inspect(options.python, exported("inspect", options.data, folder), server.url, folder),
        }
        for aspect, figures in reference.items():
            for metric, value in figures.items():
                others = [rows[framework][aspect][metric] for framework in rows]
                same &= all(abs(other - value) < 1e-12 for other in others)
                print(f"| {aspect} | {metric} | {value:.6f} | {others[0]:.6f} | {others[1]:.6f} |")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
