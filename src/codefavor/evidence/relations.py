"""What holds between the arguments of a function in all its examples: a length, an index, one being in the other.

It makes no inputs; it makes what others made hold together again.
"""

import random
from collections.abc import Callable, Sequence
from typing import Any

Arguments = list[Any]

Relation = Callable[[Arguments, random.Random], None]


def find_relations(seeds: Sequence[Arguments]) -> list[Relation]:
    """Return what holds between arguments in every seed, as functions that make it hold again."""
    if not seeds:
        return []
    arity = min(len(seed) for seed in seeds)
    found: list[Relation] = []
    for one in range(arity):
        others = [_relation_of(seeds, one, other) for other in range(arity) if other != one]
        strongest = min((pair for pair in others if pair), key=lambda pair: pair[0], default=None)
        if strongest:
            found.append(strongest[1])
    return found


def _relation_of(seeds: Sequence[Arguments], one: int, other: int) -> tuple[int, Relation] | None:
    """Return how argument `one` follows from `other` in every seed, after a number: the lower, the surer."""
    pairs = [(seed[one], seed[other]) for seed in seeds]
    if not all(isinstance(whole, list | tuple | str) for _, whole in pairs):
        return None
    if all(_is_int(part) for part, _ in pairs):
        if all(part == len(whole) for part, whole in pairs):
            return 0, lambda arguments, rng: _set(arguments, one, len(arguments[other]))
        if all(part == len(whole) - 1 for part, whole in pairs):
            return 1, lambda arguments, rng: _set(arguments, one, max(0, len(arguments[other]) - 1))
        if all(0 <= part <= len(whole) for part, whole in pairs):
            return 3, lambda arguments, rng: _set(arguments, one, min(arguments[one], len(arguments[other]) - 1))
    if one < other and all(isinstance(part, list | tuple) and len(part) == len(whole) for part, whole in pairs):
        return 0, lambda arguments, rng: _same_length(arguments, one, other)
    if all(not isinstance(whole, str) and part in whole for part, whole in pairs):
        return 2, lambda arguments, rng: _set(arguments, one, rng.choice(arguments[other] or [arguments[one]]))
    return None


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _set(arguments: Arguments, place: int, value: Any) -> None:
    arguments[place] = value


def _same_length(arguments: Arguments, one: int, other: int) -> None:
    length = min(len(arguments[one]), len(arguments[other]))
    arguments[one], arguments[other] = arguments[one][:length], arguments[other][:length]
