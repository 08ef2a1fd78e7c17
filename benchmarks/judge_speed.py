"""Pairs a second of the classification judge beside the reference's pair-RM loop, on the same model and inputs.

    git clone of amazon-science/llm-code-preference somewhere outside this project, then
    PYTHONPATH=src python benchmarks/judge_speed.py --reference CHECKOUT --judge FOLDER --data BENCHMARK [--tasks 40]

FOLDER is a classification judge (`codefavor train`), BENCHMARK a folder or file that `codefavor bench run` takes. Both
sides judge the same tasks in both orders, in processes of their own that take turns, and both read our prompt. The
reference's class is run as it is from its checkout, with four changes without which it does not run on a CPU or reads
something else: nothing is moved to CUDA, no flash attention, its dtype (bfloat16) as it is or fp32, and its tokenizer
has another beginning-of-sequence token, since it deletes that from prompts and SmolLM2's opens every turn. Reported are
medians over the rounds, the share of the rate at which one large fp32 product runs, and verdicts that differ from the
reference's in fp32. Sides in bf16 are left out where the processor would emulate it: a round
of them would take an hour. The result is recorded in judge_speed.md.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_REFERENCE = """
import json, sys, time, types
import torch
for name in ("stop_sequencer", "astor"):  # imported there, not used by this class
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].StopSequencer = object
torch.Tensor.cuda = torch.nn.Module.cuda = lambda self: self
from transformers import AutoModelForCausalLM, BatchEncoding
BatchEncoding.cuda = lambda self: self
from_pretrained = AutoModelForCausalLM.from_pretrained
dtype = getattr(torch, sys.argv[3])
AutoModelForCausalLM.from_pretrained = lambda name, **given: from_pretrained(name, dtype=dtype)
"""
_REFERENCE_LOOP = """
from codefavor.provider.hf import PairwiseRMCaller
caller = PairwiseRMCaller(sys.argv[1], None, 0)
caller.tokenizer.bos_token = "<|never|>"
messages = [[{"role": "user", "content": text}] for text in json.load(open(sys.argv[2]))["texts"]]
caller.call(messages[0])
for line in sys.stdin:
    started = time.perf_counter()
    said = [caller.call(each) for each in messages]
    print(json.dumps({"seconds": time.perf_counter() - started, "said": said}), flush=True)
"""


class Side:
    """One side in a process of its own, which judges everything whenever it is told to."""

    def __init__(self, name: str, command: list[str], path: Path) -> None:
        own = {**os.environ, "PYTHONPATH": str(path), "PYTHONWARNINGS": "ignore"}
        self.name = name
        self.seconds: list[float] = []
        self.said: list[str] = []
        self._process = subprocess.Popen(
            command, env=own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def go(self) -> None:
        """Judge everything once."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended: run its command by hand to see why")
        answer = json.loads(line)
        self.seconds.append(answer["seconds"])
        self.said = answer["said"]

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def ours(spec: str, inputs: Path) -> None:
    """Judge the inputs in both orders whenever a line comes in, and print how long it took and what was said."""
    from codefavor.judges.load import load_judge
    from codefavor.pairs.comparison import Comparison

    judge = load_judge(spec)
    comparisons = [Comparison.model_validate(row) for row in json.loads(inputs.read_text("utf-8"))["comparisons"]]
    judge.judge(comparisons[:2])
    for _ in sys.stdin:
        started = time.perf_counter()
        verdicts = judge.judge(comparisons)
        seconds = time.perf_counter() - started
        print(json.dumps({"seconds": seconds, "said": [verdict.choice for verdict in verdicts]}), flush=True)


def work(judge: Path, data: Path, tasks: int, out: Path) -> tuple[int, float]:
    """Write the inputs of both sides, both orders of some tasks, and return the tokens and the work, in GFLOP."""
    from codefavor.bench.tasks import load_tasks
    from codefavor.judges.format import joint_text

    problems: dict[tuple[str, str], list[Any]] = {}
    for task in load_tasks(data, "stripped", 0).tasks:
        problems.setdefault((task.aspect_name, task.group), []).append(task.comparison)
    # Whole problems, as they follow each other in the benchmark's files and in what `bench run` hands to a judge.
    drawn = random.Random(0).sample(list(problems.values()), len(problems))
    given = [comparison for problem in drawn for comparison in problem][:tasks]
    both = [*given, *(each.swapped() for each in given)]
    texts = [joint_text(each.instruction, each.code_a, each.code_b, each.criterion.text) for each in both]
    out.write_text(
        json.dumps({"comparisons": [each.model_dump(mode="json") for each in both], "texts": texts}), "utf-8"
    )
    return _arithmetic(judge, both)


def _arithmetic(judge: Path, both: list[Any]) -> tuple[int, float]:
    """Return the tokens that our side reads, and the multiplications and additions of the model on them, in GFLOP.

    Linear layers: two operations a weight and token. Attention: four a seen token and unit of width, each layer.
    """
    from codefavor.judges.trained.classification import JointInput
    from codefavor.models.prefix_tree import build_prefix_trees, flatten
    from codefavor.models.pretrained import load_tokenizer, load_weights

    model = load_weights(judge, "causal")
    inputs = JointInput(load_tokenizer(judge), 2048)
    flat = flatten([family.tree for family in build_prefix_trees([inputs.encode(each).token_ids for each in both])])
    weights = sum(weight.numel() for layer in model.model.layers for weight in layer.parameters())
    width, layers = model.config.hidden_size, model.config.num_hidden_layers
    seen = 0
    for placed in flat.segments:
        own = placed.end - placed.begin
        seen += own * sum(each.end - each.begin for each in placed.seen) + own * (own + 1) // 2
    operations = 2 * weights * len(flat.token_ids) + 4 * width * layers * seen
    return len(flat.token_ids), operations / 1e9


def product_rate() -> float:
    """Return the rate of one large fp32 product on the same cores, in GFLOP/s, the best of ten."""
    import torch

    size = 2048
    one, other = torch.randn(2, size, size)
    best = float("inf")
    for _ in range(10):
        started = time.perf_counter()
        one @ other
        best = min(best, time.perf_counter() - started)
    return 2 * size**3 / best / 1e9


def main() -> None:
    """Run both sides in turn and print the table."""
    import torch

    from codefavor.models.cpu_features import multiplies_bf16

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--judge", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--inputs", type=Path, default=Path("/tmp/judge_speed.json"))
    given = parser.parse_args()
    tokens, gflop = work(given.judge, given.data, given.tasks, given.inputs)
    python = [sys.executable, "-u", "-c"]
    reference = [*python, _REFERENCE + _REFERENCE_LOOP, str(given.judge), str(given.inputs)]
    here = "import sys; from pathlib import Path; import judge_speed; judge_speed.ours(sys.argv[1], Path(sys.argv[2]))"
    source = Path(__file__).parents[1] / "src"
    own_path = Path(f"{source}{os.pathsep}{Path(__file__).parent}")
    in_bf16 = multiplies_bf16(torch.device("cpu"))
    bases = [Side("reference, fp32", [*reference, "float32"], given.reference)]
    if in_bf16:
        bases.append(Side("reference, bf16 as released", [*reference, "bfloat16"], given.reference))
    own = [
        Side(f"codefavor, {name}", [*python, here, f"{prefix}model:{given.judge}", str(given.inputs)], own_path)
        for name, prefix in (("fp32", ""), ("bf16", "bf16:"), ("int8", "int8:"))
        if name != "bf16" or in_bf16
    ]
    sides = [*bases, *own]
    rates = []
    for number in range(given.rounds):
        rates.append(product_rate())
        for side in sides:
            side.go()
        print(f"round {number + 1} of {given.rounds}", file=sys.stderr)
    for side in sides:
        side.end()
    _show(bases, own, given.tasks, tokens, gflop, rates)


def _show(bases: list[Side], own: list[Side], tasks: int, tokens: int, gflop: float, rates: list[float]) -> None:
    rate = statistics.median(rates)
    print(f"{tasks} tasks in both orders; {tokens} tokens are read; one large fp32 product: {rate:.0f} GFLOP/s\n")
    against = " | ".join(f"against {base.name}" for base in bases)
    print(f"| side | pairs/s, both orders | {against} | verdicts that differ |")
    print("|---" * (3 + len(bases)) + "|")
    for side in [*bases, *own]:
        ratios = [
            statistics.median(one / other for one, other in zip(base.seconds, side.seconds, strict=True))
            for base in bases
        ]
        differ = sum(one != other for one, other in zip(bases[0].said, side.said, strict=True))
        speed = tasks / statistics.median(side.seconds)
        times = " | ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"| {side.name} | {speed:.2f} | {times} | {differ} of {len(side.said)} |")
    shares = [gflop / seconds / one for seconds, one in zip(own[0].seconds, rates, strict=True)]
    print(f"\ncodefavor, fp32: {statistics.median(shares):.0%} of the rate of a large product")
    print(f"said A in fp32: {own[0].said.count('A')} of {len(own[0].said)}")


if __name__ == "__main__":
    main()
