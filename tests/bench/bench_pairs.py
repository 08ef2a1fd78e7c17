"""Pairs of our own for the tests of the bench: two for each problem, the chosen code the shorter one in most."""

from pathlib import Path

from codefavor.jsonl import write_records
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair
from made_pairs import make_pair


def numbered_pair(aspect: Aspect, number: int) -> PreferencePair:
    short = f"def f():  # note {number}\n    return {number}"
    long = f"def f():\n    result = {number}\n    return result"
    chosen, rejected = (long, short) if number % 5 == 0 else (short, long)
    return make_pair(chosen, rejected, aspect, instruction=f"Return {number}.", source_id=f"problem {number // 2}")


def write_pairs_file(path: Path, aspects: tuple[Aspect, ...] = tuple(Aspect), each: int = 20) -> Path:
    write_records(path, [numbered_pair(aspect, number) for aspect in aspects for number in range(each)])
    return path
