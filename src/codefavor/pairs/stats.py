"""What a set of pairs is made of, and how far code length alone gives the better side away. It judges no pair."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from statistics import NormalDist, mean, median

from codefavor.languages.registry import parses
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.presentation import present
from codefavor.record import Record

ALL = "all"
NO_ASPECT = "none"
UNKNOWN = "unknown"
_TAIL = 0.975
"""Of a two-sided 95% interval."""


class Lengths(Record):
    """Lengths in characters as stored, comments included."""

    mean: float
    """The mean."""
    median: float
    """The median."""
    longest: int
    """The longest."""


class LengthShortcut(Record):
    """How often length alone names the better code, comments stripped as for judging; equal lengths count half."""

    pairs: int
    """How many pairs were looked at."""
    shorter: float
    """The share of pairs that "the shorter is better" gets right."""
    longer: float
    """The share of pairs that "the longer is better" gets right; with `shorter` it makes one."""
    equal: float
    """The share of pairs of equal length."""
    margin: float | None
    """Half the 95% interval of both shares, by the normal approximation over groups; None where there is one group."""


class PairStats(Record):
    """What a set of pairs is made of."""

    pairs: int
    """How many pairs."""
    groups: int
    """How many problems or sources stand behind them."""
    duplicates: int
    """How many pairs repeat an earlier one in all that is compared."""
    unparsed: int
    """How many Python pairs have a side that the running interpreter cannot parse."""
    methods: dict[str, int]
    """Pairs by what made them."""
    aspects: dict[str, int]
    """Pairs by aspect, "none" where the criterion has none."""
    criteria: dict[str, int]
    """Pairs by the criterion's wording."""
    sources: dict[str, int]
    """Pairs by source."""
    licenses: dict[str, int]
    """Pairs by licence, "unknown" where none is named."""
    source_licenses: dict[str, dict[str, int]]
    """Pairs by source and licence."""
    languages: dict[str, int]
    """Pairs by programming language."""
    lengths: dict[str, Lengths]
    """Characters of the instruction, the chosen and the rejected code."""
    shortcuts: dict[str, LengthShortcut]
    """The length shortcut by aspect, and over "all"."""


class Tally:
    """Counts pairs as they pass."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._source_licenses: dict[str, Counter[str]] = defaultdict(Counter)
        self._lengths: dict[str, list[int]] = {"instruction": [], "chosen": [], "rejected": []}
        self._shorter: dict[str, list[tuple[str, float]]] = defaultdict(list)
        self._ids: Counter[str] = Counter()
        self._groups: set[str] = set()
        self._unparsed = 0

    def add(self, pair: PreferencePair) -> None:
        """Count one pair."""
        origin, aspect = pair.provenance, pair.criterion.aspect
        license_name = origin.license or UNKNOWN
        for name, value in {
            "methods": origin.method,
            "aspects": aspect.value if aspect else NO_ASPECT,
            "criteria": pair.criterion.text,
            "sources": origin.source,
            "licenses": license_name,
            "languages": pair.language,
        }.items():
            self._counts[name][value] += 1
        self._source_licenses[origin.source][license_name] += 1
        for field, lengths in self._lengths.items():
            lengths.append(len(getattr(pair, field)))
        self._ids[pair.id] += 1
        self._groups.add(origin.group)
        self._add_shortcut(pair)

    def _add_shortcut(self, pair: PreferencePair) -> None:
        self._unparsed += not all(parses(code, pair.language) for code in (pair.chosen, pair.rejected))
        comparison = present(pair.present("A").comparison, "stripped").comparison
        chosen, rejected = comparison.code_a, comparison.code_b
        right = 0.5 if len(chosen) == len(rejected) else float(len(chosen) < len(rejected))
        for name in (ALL, pair.criterion.aspect.value if pair.criterion.aspect else NO_ASPECT):
            self._shorter[name].append((pair.provenance.group, right))

    def stats(self) -> PairStats:
        """Return what was counted."""
        total = self._ids.total()
        return PairStats(
            pairs=total,
            groups=len(self._groups),
            duplicates=total - len(self._ids),
            unparsed=self._unparsed,
            **{name: _by_count(self._counts[name]) for name in ("methods", "aspects", "criteria", "sources")},
            licenses=_by_count(self._counts["licenses"]),
            languages=_by_count(self._counts["languages"]),
            source_licenses={source: _by_count(counts) for source, counts in sorted(self._source_licenses.items())},
            lengths={
                field: Lengths(mean=mean(values), median=median(values), longest=max(values))
                for field, values in self._lengths.items()
                if values
            },
            shortcuts={name: _shortcut(values) for name, values in sorted(self._shorter.items())},
        )


def count_pairs(pairs: Iterable[PreferencePair]) -> PairStats:
    """Return what a set of pairs is made of."""
    tally = Tally()
    for pair in pairs:
        tally.add(pair)
    return tally.stats()


def _by_count(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _shortcut(values: list[tuple[str, float]]) -> LengthShortcut:
    shorter = mean(value for _, value in values)
    return LengthShortcut(
        pairs=len(values),
        shorter=shorter,
        longer=1 - shorter,
        equal=mean(value == 0.5 for _, value in values),
        margin=_margin(values, shorter),
    )


def _margin(values: list[tuple[str, float]], center: float) -> float | None:
    """Return half the 95% interval of a mean whose values come in clusters."""
    deviations: dict[str, float] = defaultdict(float)
    for group, value in values:
        deviations[group] += value - center
    clusters = len(deviations)
    if clusters < 2:
        return None
    variance = clusters / (clusters - 1) * sum(deviation**2 for deviation in deviations.values())
    return NormalDist().inv_cdf(_TAIL) * math.sqrt(variance) / len(values)
