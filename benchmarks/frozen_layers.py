"""Two epochs of training the highest layers, with the states of the frozen ones kept and without: seconds an epoch.

    PYTHONPATH=src python benchmarks/frozen_layers.py --pairs PAIRS.jsonl [--pairs-used 8] [--rounds 3]

The classifier with `train_layers: 2` in fp32, one process, the sides in turn in every round. An epoch is one step, so
that the two reports of a run are its two epochs; loading and saving are not counted. The side without is the same code
where nothing is kept, as on a disk without room. Recorded in frozen_layers.md.
"""

import argparse
import statistics
import time
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from safetensors.torch import load_file

from codefavor.jsonl import read_records
from codefavor.manifest import make_manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import ClassificationConfig
from codefavor.train.language_model import train_language_model as train

SIDES = ("all layers in every epoch", "frozen layers once")


class Timed:
    """Seconds of every epoch, the weights it ended with."""

    def __init__(self, pairs: list[PreferencePair], config: ClassificationConfig, kept: bool) -> None:
        """Train once; the first epoch is counted from where the first step begins."""
        from torch.optim import AdamW

        marks: list[float] = []
        plain = AdamW.__init__

        def begin(*given: Any, **named: Any) -> None:
            marks.append(time.perf_counter())
            plain(*given, **named)

        manifest = make_manifest("benchmark", config.model_dump(mode="json"), [], config.seed)
        nothing = patch("codefavor.train.loop.frozen_layers_once", lambda *_: nullcontext())
        with TemporaryDirectory() as folder, patch.object(AdamW, "__init__", begin):
            with nullcontext() if kept else nothing:
                train(
                    pairs, config, Path(folder) / "judge", manifest, report=lambda _: marks.append(time.perf_counter())
                )
            self.weights = load_file(Path(folder) / "judge" / "model.safetensors")
        self.epochs = [after - before for before, after in zip(marks, marks[1:], strict=False)]


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--pairs-used", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    pairs = list(read_records(given.pairs, PreferencePair))[: given.pairs_used]
    config = ClassificationConfig(
        model=given.model,
        train_layers=2,
        learning_rate=1e-5,
        num_train_epochs=2,
        per_device_train_batch_size=4,
        gradient_accumulation_steps=len(pairs),
        logging_steps=1,
        save_steps=10**6,
    )
    rounds = [[Timed(pairs, config, kept) for kept in (False, True)] for _ in range(given.rounds)]
    print("| side | first epoch, s | second epoch, s | both, s |")
    print("|---|---|---|---|")
    for side, name in enumerate(SIDES):
        first, second, both = (
            statistics.median(each)
            for each in zip(*((*r[side].epochs, sum(r[side].epochs)) for r in rounds), strict=True)
        )
        print(f"| {name} | {first:.2f} | {second:.2f} | {both:.2f} |")
    for number, what in enumerate(("second epoch", "both")):
        ratios = [_seconds(plain, number) / _seconds(kept, number) for plain, kept in rounds]
        print(f"\n{what}: {statistics.median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})")
    apart = max(
        float((kept.weights[name] - old).abs().max())
        for name, old in rounds[0][0].weights.items()
        for kept in [rounds[0][1]]
    )
    load = Path("/proc/loadavg").read_text(encoding="utf-8").split()[0]
    print(f"\nlargest difference of a weight: {apart:.1e}; load {load}; {len(pairs)} pairs, {given.rounds} rounds")


def _seconds(run: Timed, what: int) -> float:
    return sum(run.epochs) if what else run.epochs[1]


if __name__ == "__main__":
    main()
