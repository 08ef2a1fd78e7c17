"""Makes ever larger inputs that keep the shape of an example: sorted, unique, palindromic, nested, matrix, text, size.

Work on such inputs is real and no early exit. Seeded; runs nothing.
"""

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

from codefavor.evidence.relations import Arguments, find_relations

MAX_ELEMENTS = 8_000
"""Elements that a collection may have."""
MAX_CHARACTERS = 50_000
"""Characters that a text may have."""

Grow = Callable[[Any], bool]
"""Which arguments are enlarged."""


def _is_collection(value: Any) -> bool:
    return isinstance(value, str | list | tuple | dict | set | frozenset)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def ways_to_grow(seed: Arguments) -> list[Grow]:
    """Return what can be enlarged in a seed: its collections, its numbers."""
    ways: list[Grow] = []
    if any(_is_collection(value) for value in seed):
        ways.append(_is_collection)
    if any(_is_number(value) for value in seed):
        ways.append(_is_number)
    return ways


def grow(seeds: Sequence[Arguments], seed: Arguments, way: Grow, factor: int, rng: random.Random) -> Arguments:
    """Return a seed with the arguments that `way` names enlarged by `factor`, relations between arguments kept."""
    arguments = [_grow(value, factor, rng) if way(value) else value for value in seed]
    for relation in find_relations(seeds):
        relation(arguments, rng)
    return arguments


def size_of(arguments: Arguments) -> int:
    """Return the size of an input: the elements of its collections, or the magnitude of its largest number."""
    elements = sum(_elements(value) for value in arguments)
    numbers = [abs(value) for value in arguments if _is_number(value)]
    return elements or int(min(max(numbers, default=1), 10**18)) or 1


def _elements(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list | tuple | set | frozenset):
        return sum(max(1, _elements(item)) for item in value) if value else 0
    if isinstance(value, dict):
        return len(value)
    return 0


def _grow(value: Any, factor: int, rng: random.Random) -> Any:
    if factor == 1 or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _grow_int(value, factor)
    if isinstance(value, float):
        return value * factor
    if isinstance(value, str):
        return _grow_text(value, factor, rng)
    if isinstance(value, list):
        return _grow_list(value, factor, rng)
    if isinstance(value, tuple):
        alike = len({type(item) for item in value}) == 1
        return tuple(_grow_list(list(value), factor, rng) if alike else [_grow(item, factor, rng) for item in value])
    if isinstance(value, set | frozenset):
        return type(value)(_grow_list(sorted(value, key=repr), factor, rng))
    if isinstance(value, dict):
        return _grow_dict(value, factor, rng)
    return value


def _grow_int(value: int, factor: int) -> int:
    """Return the product, moved to the next prime where the seed is odd: a prime leaves no early exit."""
    number = (abs(value) or 1) * factor
    if value % 2 and number < 10**9:
        number = next(n for n in range(number | 1, 2 * number + 3, 2) if _is_prime(n))
    return -number if value < 0 else number


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, math.isqrt(number) + 1))


def _grow_text(value: str, factor: int, rng: random.Random) -> str:
    length = min(len(value) * factor, MAX_CHARACTERS)
    if len(value) > 2 and value == value[::-1]:
        half = "".join(rng.choice(value) for _ in range(length // 2))
        return half + half[::-1]
    words = value.split()
    if len(words) > 1:
        count = min(len(words) * factor, MAX_CHARACTERS // 5)
        return " ".join(rng.choice(words) for _ in range(count))
    return (value * factor)[:length]


def _grow_list(value: list[Any], factor: int, rng: random.Random) -> list[Any]:
    if not value:
        return value
    if all(isinstance(item, list | tuple) and item for item in value):
        return _grow_nested(value, factor, rng)
    count = min(len(value) * factor, MAX_ELEMENTS)
    items: list[Any]
    if all(_is_number(item) for item in value):
        items = _numbers_like(value, count, rng)
    elif all(isinstance(item, str) for item in value):
        items = _texts_like(value, count, rng)
    else:
        items = [rng.choice(value) for _ in range(count)]
    if len(value) > 2 and value == value[::-1]:
        half = items[: count // 2]
        return half + half[::-1]
    return _ordered_like(value, items)


def _ordered_like(model: list[Any], items: list[Any]) -> list[Any]:
    try:
        if len(model) > 2 and model == sorted(model):
            return sorted(items)
        if len(model) > 2 and model == sorted(model, reverse=True):
            return sorted(items, reverse=True)
    except TypeError:
        pass
    return items


def _numbers_like(value: list[Any], count: int, rng: random.Random) -> list[Any]:
    low, high = min(value), max(value)
    if any(isinstance(item, float) for item in value):
        return [round(rng.uniform(low, high), 3) for _ in range(count)]
    if len(set(value)) == len(value) > 1:
        spread = max(1, round((high - low + 1) / len(value)))
        return rng.sample(range(low, low + spread * count + 1), count)
    return [rng.randint(low, high) for _ in range(count)]


def _texts_like(value: list[str], count: int, rng: random.Random) -> list[str]:
    if len(set(value)) < len(value):
        return [rng.choice(value) for _ in range(count)]
    alphabet = sorted(set("".join(value))) or ["a"]
    return [_text_like(rng.choice(value), alphabet, rng) for _ in range(count)]


def _text_like(text: str, alphabet: list[str], rng: random.Random) -> str:
    return "".join(rng.choice(alphabet) if rng.random() < 0.7 else character for character in text)


def _grow_nested(value: list[Any], factor: int, rng: random.Random) -> list[Any]:
    widths = {len(row) for row in value}
    if len(widths) == 1 and isinstance(value[0], list) and widths == {len(value)}:
        side = min(round(len(value) * math.sqrt(factor)), math.isqrt(MAX_ELEMENTS))
        cells = [cell for row in value for cell in row]
        return [[rng.choice(cells) for _ in range(side)] for _ in range(side)]
    count = min(len(value) * factor, MAX_ELEMENTS // max(1, *widths))
    rows = [_row_like(rng.choice(value), value, rng) for _ in range(count)]
    return _ordered_like(value, rows)


def _row_like(row: Any, rows: list[Any], rng: random.Random) -> Any:
    columns = [[other[place] for other in rows if place < len(other)] for place in range(len(row))]
    return type(row)(_cell_like(column, rng) for column in columns)


def _cell_like(column: list[Any], rng: random.Random) -> Any:
    if all(_is_number(item) and isinstance(item, int) for item in column) and len(set(column)) > 1:
        return rng.randint(min(column), max(column) + 10 * len(column))
    return rng.choice(column)


def _grow_dict(value: dict[Any, Any], factor: int, rng: random.Random) -> dict[Any, Any]:
    if not value:
        return value
    keys, values = list(value), list(value.values())
    grown = dict(value)
    for number in range(min(len(value) * (factor - 1), MAX_ELEMENTS // 4)):
        key = rng.choice(keys)
        grown[f"{key}{number}" if isinstance(key, str) else number] = rng.choice(values)
    return grown
