"""The released evaluator of the paper in its length mode, and our scorer on the verdict files that it writes.

    git clone of amazon-science/llm-code-preference somewhere outside this project, then
    PYTHONPATH=src python benchmarks/reference_scorer.py --reference CHECKOUT [--python PYTHON_WITH_ASTOR]

The reference is run from its checkout as it is, on the benchmark files there; it needs `astor` and `rich`. Its clients
of models, which it imports and does not use here, are left out. Figures are
compared as text, exactly as it prints them, with two spoilt files besides: every tenth decision null, which is how it
writes an answer without a choice, and every seventh row missing, as after a failed request. It scores the spoilt files
itself: it reads what a file holds before it goes on. The result is recorded in reference_scorer.md.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

_EVALUATE = """
import sys, types
def empty(name):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__getattr__ = lambda attribute: None
# Its clients of models have no part in the length mode; of evalplus one function is used, which reads JSON Lines.
for name in ("codefavor.provider.bedrock", "codefavor.provider.google", "codefavor.provider.hf",
             "codefavor.provider.openai", "evalplus", "evalplus.data", "evalplus.data.utils"):
    empty(name)
def stream_jsonl(path):
    import gzip, json
    with (gzip.open if path.endswith(".gz") else open)(path, "rt") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
sys.modules["evalplus.data.utils"].stream_jsonl = stream_jsonl
import codefavor.evaluate as evaluator
mode, root, spoilt = sys.argv[1], sys.argv[2], sys.argv[3] == "spoilt"
if spoilt:
    # What the file holds is scored; nothing is asked anew for what it lacks.
    evaluator.as_completed = lambda futures: iter(())
evaluator.main(model_id=mode, model_type="length_bias", evalroot=root)
"""

_FIGURE = re.compile(r"Aspect: ([\w-]+)\s+Accuracy: ([\d.]+% \+- [\d.]+%)")

Row = dict[str, object]


def evaluate(python: str, reference: Path, mode: str, root: Path, state: str) -> dict[str, str]:
    """Run the reference's evaluator and return what it prints of each aspect."""
    command = [python, "-c", _EVALUATE, mode, str(root), state]
    environment = {**os.environ, "PYTHONPATH": str(reference), "COLUMNS": "1000", "NO_COLOR": "1"}
    ran = subprocess.run(command, cwd=reference, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(ran.stderr[-3000:])
    return dict(_FIGURE.findall(ran.stdout))


def score(data: Path, files: list[Path], out: Path) -> dict[str, str]:
    """Run our scorer and return the figure that it prints of each aspect."""
    command = [sys.executable, "-m", "codefavor", "bench", "score", *map(str, files)]
    ran = subprocess.run(
        [*command, "--data", str(data), "--out", str(out)], capture_output=True, text=True, check=False
    )
    if ran.returncode:
        sys.exit(ran.stderr[-3000:])
    return dict(re.findall(r"^([\w-]+): ([\d.]+% \+- [\d.]+%)", ran.stdout, re.MULTILINE))


def spoil(source: Path, target: Path, change: Callable[[int, Row], Row | None]) -> None:
    """Copy the verdict files below `source`, changing or dropping rows."""
    shutil.copytree(source, target)
    for file in target.rglob("*.jsonl"):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        kept = [changed for number, row in enumerate(rows) if (changed := change(number, row))]
        file.write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")


def main() -> None:
    """Compare the figures and print them side by side; the exit code is 1 where they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--python", default=sys.executable, help="a Python that has astor and rich")
    options = parser.parse_args()
    reference = options.reference.resolve()
    same = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for mode in ("shorter", "longer"):
            whole = folder / mode
            printed = {"": evaluate(options.python, reference, mode, whole, "whole")}
            changes: dict[str, Callable[[int, Row], Row | None]] = {
                ", every tenth undecided": lambda number, row: row if number % 10 else {**row, "decision": None},
                ", every seventh missing": lambda number, row: row if number % 7 else None,
            }
            for label, change in changes.items():
                spoil(whole, folder / f"{mode}{label}", change)
                printed[label] = evaluate(options.python, reference, mode, folder / f"{mode}{label}", "spoilt")
            for label, theirs in printed.items():
                files = sorted((folder / f"{mode}{label}").rglob("*.jsonl"))
                ours = score(reference / "datasets" / "eval", files, folder / f"run {mode}{label}")
                for aspect, figure in theirs.items():
                    same &= ours.get(aspect) == figure
                    said = "same" if ours.get(aspect) == figure else "DIFFERENT"
                    sys.stdout.write(f"| {mode}{label} | {aspect} | {figure} | {ours.get(aspect)} | {said} |\n")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
