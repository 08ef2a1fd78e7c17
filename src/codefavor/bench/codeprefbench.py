"""CodePrefBench: 1364 tasks on correctness, efficiency, security and human preference.

Paper: Liu et al. 2024, "Learning Code Preference via Synthetic Evolution", section 3.1. The average is over the three
aspects that programs can verify, whose comments are stripped; human preference stands beside it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from codefavor.bench.benchmark import Benchmark, Stratum, StratumTask
from codefavor.jsonl import read_records
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.formats.benchmark import BenchmarkRow, read_benchmark

_TITLES = {
    Aspect.CORRECTNESS: "Correctness",
    Aspect.EFFICIENCY: "Efficiency",
    Aspect.SECURITY: "Security",
    Aspect.HUMAN_PREFERENCE: "Human preference",
}


def file_name(aspect: Aspect) -> str:
    """Return the name of the released file of an aspect."""
    return f"{aspect}-alignment.jsonl.gz"


def aspect_stratum(aspect: Aspect) -> Stratum:
    """Return the stratum of an aspect, as the paper treats it."""
    return Stratum(
        key=aspect.value,
        title=_TITLES[aspect],
        in_average=aspect.verifiable,
        strip_comments=aspect.verifiable,
        style_counts=not aspect.verifiable,
    )


def _read(folder: Path) -> Iterator[StratumTask]:
    for aspect in _TITLES:
        for labeled in read_benchmark(folder / file_name(aspect), aspect):
            # A problem may have tasks of several aspects.
            yield StratumTask(aspect.value, labeled.model_copy(update={"id": f"{aspect}/{labeled.id}"}))


def _notes(folder: Path) -> Sequence[str]:
    """Return what is to be known about the letters of the annotators."""
    rows = [row for row in read_records(folder / file_name(Aspect.HUMAN_PREFERENCE), BenchmarkRow) if row.annotations]
    agreeing = sum(_majority(row.annotations or ()) == "AB"[row.gt_choice] for row in rows)
    return [
        f"human preference: in {len(rows) - agreeing} of {len(rows)} tasks the majority of the annotators' letters is "
        "not the label, so the letters are not in the order of the choices"
    ]


def _majority(letters: Sequence[str]) -> str | None:
    # They are written "A", or "codeA" as released; a tie ends in neither letter.
    counts = Counter(letter.strip().upper()[-1:] for letter in letters)
    first = max("AB", key=lambda letter: counts[letter])
    return None if counts["A"] == counts["B"] else first


CODEPREFBENCH = Benchmark(
    name="codeprefbench",
    title="CodePrefBench",
    files={
        file_name(Aspect.CORRECTNESS): "0e3cca58bcccd42b3d89ee1f822f4b404a9ae1dd7bb3151b3519fa82240aacfb",
        file_name(Aspect.EFFICIENCY): "8260b95f426d20d784ef983846bf5ff00efd62f065ad7026a2ed7ec228b0aa7e",
        file_name(Aspect.SECURITY): "9235e6d4b827f9941a6cbf399e3582f98a459fbc0358c4cd97bf938fe6698d98",
        file_name(Aspect.HUMAN_PREFERENCE): "8f64809630931ba79e093da73223857bda7ec970c8fa255c90ee2e5db482bbae",
    },
    strata=tuple(aspect_stratum(aspect) for aspect in _TITLES),
    read=_read,
    license="CC-BY-NC-4.0",
    source="Liu et al. 2024, arXiv 2410.03837",
    # The authors' repository, at the commit whose hashes are pinned.
    url=(
        "https://raw.githubusercontent.com/amazon-science/llm-code-preference/"
        "99b404d5abdcff45c6029d44e30191c6e29071d8/datasets/eval"
    ),
    notes=_notes,
)
"""The benchmark as its authors released it."""
