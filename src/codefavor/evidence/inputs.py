"""Makes inputs like those of the examples: of the same types and shapes, related in the same ways. Runs nothing.

`like` inputs stay within what the examples show (no empty list where none was shown); `edge` inputs go to the borders,
where an instruction often promises nothing.
"""

import random
import re
from collections.abc import Sequence
from typing import Any

from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.relations import Arguments, find_relations

_BY_ANNOTATION: tuple[tuple[str, Any], ...] = (
    (r"(list|sequence|iterable)\[(list|tuple)", [[1, 2], [3, 4]]),
    (r"(list|sequence|iterable)\[str", ["abc", "de", "f"]),
    (r"(list|sequence|iterable)\[float", [1.5, 2.0, 3.25]),
    (r"(list|sequence|iterable)", [3, 1, 2]),
    (r"tuple", (3, 1, 2)),
    (r"dict", {"a": 1, "b": 2}),
    (r"set", {1, 2, 3}),
    (r"str", "hello"),
    (r"float", 2.5),
    (r"bool", True),
    (r"int", 7),
)
_BY_NAME: tuple[tuple[str, Any], ...] = (
    (r"(matrix|grid|board)", [[1, 2], [3, 4]]),
    (r"(words|strings|names)", ["abc", "de", "f"]),
    (r"(s|st|str\w*|string\d?|text\d?|word|sentence|message|char|ch|substring|pattern)", "hello"),
    (r"(\w*(list|lst|arr|array|nums|numbers|values|items|elements|data)\w*|l|xs)", [3, 1, 2]),
    (r"(\w*(tup|tuple)\w*)", (3, 1, 2)),
    (r"(\w*dict\w*|d)", {"a": 1, "b": 2}),
)


def guess_arguments(entry_point: EntryPoint) -> Arguments:
    """Return arguments that fit the annotations, or the names, of the parameters."""
    return [
        _guess(name, annotation)
        for name, annotation in zip(
            entry_point.parameters[: entry_point.required], entry_point.annotations[: entry_point.required], strict=True
        )
    ]


def _guess(name: str, annotation: str | None) -> Any:
    if annotation:
        text = annotation.lower().replace("typing.", "").removeprefix("optional[")
        for pattern, value in _BY_ANNOTATION:
            if re.match(pattern, text):
                return value
    for pattern, value in _BY_NAME:
        if re.fullmatch(pattern, name.lower()):
            return value
    return 7


class InputMaker:
    """Makes arguments from seeds of the same arity."""

    def __init__(self, seeds: Sequence[Arguments], rng: random.Random) -> None:
        self._seeds = seeds
        self._rng = rng
        self._alphabet = sorted({c for text in _texts(list(seeds)) for c in text}) or list("abc")
        self._with_zero = any(number <= 0 for number in _numbers(list(seeds)))
        self._negative = any(number < 0 for number in _numbers(list(seeds)))
        self._relations = find_relations(seeds)

    def like(self, count: int) -> list[Arguments]:
        """Return up to `count` different arguments within what the seeds show."""
        made: dict[str, Arguments] = {}
        for attempt in range(4 * count):
            seed = self._seeds[attempt % len(self._seeds)]
            arguments = [self._vary(value) for value in seed]
            for relation in self._relations:
                relation(arguments, self._rng)
            made.setdefault(repr(arguments), arguments)
            if len(made) >= count:
                break
        known = {repr(list(seed)) for seed in self._seeds}
        return [arguments for text, arguments in made.items() if text not in known]

    def edges(self) -> list[Arguments]:
        """Return arguments at the borders: empty, one element, zero, negative, large; one place changed at a time."""
        made: dict[str, Arguments] = {}
        for seed in self._seeds[:2]:
            for place, value in enumerate(seed):
                for border in _borders(value):
                    arguments = [*seed[:place], border, *seed[place + 1 :]]
                    made.setdefault(repr(arguments), arguments)
        return list(made.values())

    def _vary(self, value: Any) -> Any:
        if isinstance(value, bool):
            return self._rng.random() < 0.5
        if isinstance(value, int):
            return self._vary_int(value)
        if isinstance(value, float):
            return round(value * self._rng.choice([0.5, 1, 1.5, 2, 3]) + self._rng.choice([0, 0.25, 1]), 3)
        if isinstance(value, str):
            return self._vary_text(value)
        if isinstance(value, list):
            return self._vary_list(value)
        if isinstance(value, tuple):
            return tuple(self._vary_list(list(value)) if _alike(value) else [self._vary(item) for item in value])
        if isinstance(value, set | frozenset):
            return type(value)(self._vary_list(sorted(value, key=repr)))
        if isinstance(value, dict):
            return {key: self._vary(item) for key, item in value.items() if len(value) < 2 or self._rng.random() < 0.8}
        return value

    def _vary_int(self, value: int) -> int:
        step = self._rng.choice([0, 1, 2, 3, 5])
        span = max(10, 2 * abs(value))
        number = self._rng.choice([value + step, value - step, self._rng.randint(1, span), self._rng.randint(1, 20)])
        if self._negative and self._rng.random() < 0.2:
            number = -number
        lowest = None if self._negative else 0 if self._with_zero else 1
        return number if lowest is None else max(lowest, number)

    def _vary_text(self, value: str) -> str:
        if " " in value.strip() and self._rng.random() < 0.6:
            words = value.split(" ")
            return " ".join(self._rng.choice(words) for _ in range(self._rng.randint(1, len(words) + 2)))
        way = self._rng.randrange(5)
        characters = list(value)
        if way == 0:
            self._rng.shuffle(characters)
        elif way == 1 and len(characters) > 1:
            del characters[self._rng.randrange(len(characters))]
        elif way == 2:
            characters.insert(self._rng.randint(0, len(characters)), self._rng.choice(self._alphabet))
        elif way == 3:
            start = self._rng.randrange(len(characters) or 1)
            characters = characters[start:] + characters[: self._rng.randint(0, start)]
        else:
            length = self._rng.randint(1, max(2, 2 * len(value)))
            characters = [self._rng.choice(self._alphabet) for _ in range(min(length, 60))]
        return "".join(characters)

    def _vary_list(self, value: list[Any]) -> list[Any]:
        if not value:
            return []
        matrix = _is_matrix(value)
        way = self._rng.randrange(4)
        items = list(value)
        if way == 0:
            self._rng.shuffle(items)
        elif way == 1:
            items = items[: self._rng.randint(1, len(items))]
        else:
            count = len(items) if matrix else self._rng.randint(1, min(2 * len(items) + 1, 30))
            sources = [self._rng.choice(items) for _ in range(count)]
            keep = 0.3 if way == 2 else 0.7
            vary = self._vary_row if matrix else self._vary
            items = [item if self._rng.random() < keep else vary(item) for item in sources]
        return _sorted_like(value, items)

    def _vary_row(self, row: Any) -> Any:
        return type(row)(self._vary(item) for item in row)


def _sorted_like(model: list[Any], items: list[Any]) -> list[Any]:
    """Sort `items` when the model is sorted, as an instruction that needs sorted input would not say by example."""
    try:
        if len(model) > 3 and model == sorted(model) and len(set(map(repr, model))) > 2:
            return sorted(items)
    except TypeError:
        pass
    return items


def _alike(value: tuple[Any, ...]) -> bool:
    return len(value) > 2 and len({type(item) for item in value}) == 1


def _is_matrix(value: list[Any]) -> bool:
    rows = [item for item in value if isinstance(item, list | tuple)]
    return len(rows) == len(value) and len({len(row) for row in rows}) == 1 and len(rows[0]) > 0


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in _texts(item)]
    if isinstance(value, list | tuple | set | frozenset):
        return [text for item in value for text in _texts(item)]
    return []


def _numbers(value: Any) -> list[float]:
    if isinstance(value, int | float):
        return [value]
    if isinstance(value, dict):
        return [number for item in value.values() for number in _numbers(item)]
    if isinstance(value, list | tuple | set | frozenset):
        return [number for item in value for number in _numbers(item)]
    return []


def _borders(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [0, 1, 2, -1, value * 10, 10**6 + 3]
    if isinstance(value, float):
        return [0.0, -1.5, 1e9]
    if isinstance(value, str):
        return ["", value[:1], value[:1] * 3, value.upper(), value.lower(), value + " " + value]
    if isinstance(value, list | tuple):
        items = list(value)
        return [type(value)(part) for part in ([], items[:1], items[:1] * 3, items[::-1], items * 2)]
    if isinstance(value, dict | set | frozenset):
        return [type(value)()]
    return []
