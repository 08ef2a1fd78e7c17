"""Whether compiling the decoder layers pays: batches of training or judging, plain and compiled, in turns.

    PYTHONPATH=src python benchmarks/compiled_layers.py --pairs PAIRS.jsonl --work judge|train [--attention]

torch.compile with `dynamic=True`, the embedded model in fp32, a pair a batch in both orders, laid out flat. Attention
by segments is left out of what is compiled unless --attention is given: it goes through a list that is another in every
batch. The first batch holds most of the time of compiling. Recorded in docs/guides/train.md.
"""

import argparse
import statistics
import time
from pathlib import Path

from codefavor.jsonl import read_records
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import ClassificationConfig
from codefavor.train.epoch import epoch_batches
from codefavor.train.examples import JointExample


def main() -> None:
    """Read every batch on both sides and print the sums and the speed after the first half."""
    import torch

    from codefavor.judges import segment_attention
    from codefavor.models.prefix_tree import build_prefix_trees, flatten, row_ends
    from codefavor.models.segment_attention import logits_at
    from codefavor.train.classification import ClassificationLearner

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--work", choices=["judge", "train"], required=True)
    parser.add_argument("--attention", action="store_true")
    parser.add_argument("--pairs-used", type=int, default=12)
    given = parser.parse_args()
    if not given.attention:
        segment_attention._attend = torch.compiler.disable(segment_attention._attend)  # type: ignore[no-untyped-call]
    torch._dynamo.config.recompile_limit = 64
    config = ClassificationConfig(per_device_train_batch_size=2, max_length=1024)
    plain, compiled = (ClassificationLearner(config) for _ in range(2))
    for layer in compiled.language_model.get_decoder().layers:  # type: ignore[no-untyped-call]
        layer.compile(dynamic=True)

    def read(learner: ClassificationLearner, batch: list[JointExample]) -> float:
        started = time.perf_counter()
        if given.work == "train":
            learner.language_model.train()
            learner.loss(batch).total.backward()  # type: ignore[no-untyped-call]
            learner.language_model.zero_grad(set_to_none=True)
        else:
            learner.language_model.eval()  # type: ignore[no-untyped-call]
            found = build_prefix_trees([one.token_ids for one in batch])
            flat = flatten([family.tree for family in found])
            with torch.no_grad():
                logits_at(learner.language_model, flat, [end - 1 for end in row_ends(found, flat)])
        return time.perf_counter() - started

    pairs = list(read_records(given.pairs, PreferencePair))[: given.pairs_used]
    batches = epoch_batches(plain.examples(pairs).examples, 2, 0, 0)
    times = [(read(plain, batch), read(compiled, batch)) for batch in batches]
    later = [one / other for one, other in times[len(times) // 2 :]]
    print("first batch, plain and compiled, s:", *(f"{each:.1f}" for each in times[0]))
    print("all batches, s:", *(f"{sum(each):.1f}" for each in zip(*times, strict=True)))
    print(f"later half: compiled is {statistics.median(later):.2f} times as fast")
    print("load", Path("/proc/loadavg").read_text(encoding="utf-8").split()[0])


if __name__ == "__main__":
    main()
