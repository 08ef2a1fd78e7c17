"""The memory of judging: a pair of 2,048 tokens with a vocabulary of 256,000, and few pairs against many.

    PYTHONPATH=src:tests python benchmarks/judge_memory.py

A random model of the embedded one's width with four layers and that vocabulary judges one comparison that fills its
2,048 tokens; then 32 and 320 comparisons in the chunks that `bench run` hands to a judge. Each runs in a process of its
own, whose largest resident size is compared with that after a first short judgement. Linux only. The result is recorded
in judge_memory.md.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

VOCABULARY = 256_000
LONGEST = 2048


def measure(folder: Path, count: int, words: int) -> None:
    """Judge `count` comparisons of about `words` tokens and print how far the memory rose, in MB."""
    from codefavor.bench.judging import CHUNK
    from codefavor.judges.load import load_judge
    from codefavor.pairs.comparison import Comparison
    from codefavor.pairs.criterion import Aspect, criterion_for

    judge = load_judge(f"model:{folder}")
    code = "x = 1\n" * (words // 12)
    shown = [
        Comparison(
            instruction=f"add {number}",
            criterion=criterion_for(Aspect.SECURITY),
            code_a=code + "a",
            code_b=code + "b",
        )
        for number in range(count)
    ]
    judge.judge([shown[0].model_copy(update={"code_a": "a", "code_b": "b"})])
    # Weights are in memory only once they are read; loading itself needs more than judging and is left out.
    before = _status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    for start in range(0, count, CHUNK):
        chunk = shown[start : start + CHUNK]
        judge.judge([*chunk, *(each.swapped() for each in chunk)])
    print((_status("VmHWM") - before) // 1024)


def _status(name: str) -> int:
    """Return a figure of this process in KiB; the high-water mark counts from where it was last cleared."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def write_judge(folder: Path) -> None:
    """Write a random judge with a large vocabulary."""
    from codefavor.judges.card import JudgeCard, write_card
    from codefavor.judges.format import JOINT_FORMAT
    from conftest import character_tokenizer
    from tiny_models import save_tiny_model

    save_tiny_model(
        folder,
        character_tokenizer(),
        vocab_size=VOCABULARY,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=4,
        num_attention_heads=9,
        num_key_value_heads=3,
        tie_word_embeddings=True,
        max_position_embeddings=LONGEST,
        pad_token_id=0,
    )
    write_card(
        folder,
        JudgeCard(objective="classification", format=JOINT_FORMAT, comments="stripped", max_length=LONGEST),
    )


def main() -> None:
    """Write the judge, measure every case in a process of its own, and print the table."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_judge(folder)
        print("| comparisons, both orders | tokens of each | memory above the loaded judge, MB |")
        print("|---|---|---|")
        for count, words in ((1, 2 * LONGEST), (32, 300), (320, 300)):
            command = [sys.executable, "-W", "ignore", __file__, str(folder), str(count), str(words)]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
            print(f"| {count} | {min(words, LONGEST)} | {done.stdout.split()[-1]} |")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
