"""How the commands of the documentation are run: what stands in for what a test has not, and what is not run, and why.

A command that is not named here is run as it stands. One whose stand-in or reason is no longer needed fails the tests.
"""

from typing import NamedTuple


class NotRun(NamedTuple):
    """Commands that are held against the command line only, with the configurations they name."""

    begins: str
    """How the commands begin."""
    reason: str
    """Why they are not run."""
    instead: str | None = None
    """What is run in their place, so that the commands after them find what they need."""


class StandIn(NamedTuple):
    """What is put in the place of a part of a command before it is run."""

    pattern: str
    """What is replaced, as a regular expression."""
    by: str
    """What replaces it; {server} is the address of a chat model's server on loopback."""
    reason: str
    """Why."""


LINEAR = "codefavor train --objective linear --pairs {pairs} --out {out}"

NOT_RUN = (
    NotRun(
        "codefavor train --config configs/train/generation.yaml --config configs/train/bases/gemma-2-9b-it.yaml",
        "a base of nine billion parameters; tests/train does it with a small one of the same architecture",
        LINEAR.format(pairs="runs/critic/pairs.jsonl", out="judge"),
    ),
    NotRun(
        "codefavor train --config configs/train/classification.yaml --config configs/train/bases/gemma-2-9b-it.yaml",
        "a base of nine billion parameters; tests/train does it with a small one of the same architecture",
    ),
    NotRun(
        "codefavor train --config configs/train/generation.yaml --config configs/train/bases/llama-3-8b-instruct.yaml",
        "a base of eight billion parameters in 4 bits, which need CUDA",
    ),
    NotRun("codefavor train --config configs/train/demo.yaml", "five minutes and a base of 98 MB; make demo does it"),
    NotRun(
        "codefavor train --config configs/train/classification.yaml --pairs train.jsonl",
        "a base of 98 MB; tests/train makes dry runs and exports of small ones",
    ),
    NotRun("accelerate launch", "eight processes; tests/train launches two"),
    NotRun("codefavor bench run --judge int8:", "a judge that takes minutes to train; tests/judge has a small one"),
    NotRun("codefavor calibrate", "fifty held-out pairs; tests/cli calibrates on more"),
    NotRun("codefavor annotate import", "votes that are given in a browser; tests/annotate gives some"),
    NotRun("codefavor bench fetch", "the network; tests/bench fetches from a server on loopback"),
    NotRun("codefavor evolve commit-instruct --edit-pack commits.jsonl", "a Ray cluster; test_evolve_ray.py has one"),
    NotRun("codefavor label candidates.jsonl --judge model:judge --criterion", "a Ray cluster; tests/label has one"),
    NotRun("codefavor bench build security --problems insecure", "snippets of others; tests/bench builds from a few"),
    NotRun(
        "codefavor bench run --judge model:judge --data ../shared/codeprefbench", "a Ray cluster; test_bench_ray.py"
    ),
    NotRun("sbatch ", "a cluster with Slurm"),
    NotRun("docker ", "a Docker daemon; tests/packaging reads the Dockerfile"),
    NotRun("pip install", "the network; tests/packaging installs the wheel, and extras are looked up here"),
    NotRun("make ", "minutes; targets are looked up here"),
    NotRun(".venv/bin/python -m pytest", "this is one of its tests"),
)

STAND_INS = (
    StandIn(r"http://127\.0\.0\.1:800[01]/v1", "{server}", "a server of one's own"),
    StandIn(r"(--(?:critic|model) openai/\S+)", r"\1 --base-url {server}", "a hosted model"),
    StandIn(r"(chat:openai/[\w.-]+)", r"'\1?base-url={server}'", "a hosted model"),
    StandIn(r"(--draft vllm/small)", r"\1 --draft-url {server}", "a server of one's own"),
    StandIn("--source installed --max-pairs 4500", "--source stdlib --max-files 150 --max-pairs 90", "minutes"),
    StandIn(r"--source stdlib --max-pairs \d+", "--source stdlib --max-files 60 --max-pairs 12", "minutes"),
    StandIn("--target 0.05 --target 0.1 --target 0.2", "--target 0.49", "a small error asks for hundreds of tasks"),
    StandIn(r"\$\(openssl rand -hex 32\)", "a-token-of-thirty-two-characters", "openssl may be missing"),
    StandIn(r"--host 0\.0\.0\.0", "--host 127.0.0.1", "a test listens to nobody but itself"),
    StandIn(r"codefavor (serve|annotate)(?= --)", r"codefavor \1 --port 0", "the port may be taken"),
)

STATUSES = {"review": {0, 1}}
"""Exit codes that are answers, by verb; 0 alone where a verb is not named."""
