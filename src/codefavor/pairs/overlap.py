"""Overlap of texts: near-duplicates within a set of pairs, and likeness to the code and instructions of a benchmark.

Likeness is of the surface only: letters and words, not meaning. What is done about an overlap is the caller's choice.
"""

import re
from collections.abc import Iterable, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from codefavor.record import Record

_WORD = re.compile(r"\w+|[^\w\s]")
_PRIME = np.uint64((1 << 31) - 1)
NGRAM = 13
"""The length in words of a run whose repetition counts as overlap of two instructions."""


class NearDuplicates:
    """Finds texts that nearly repeat an earlier one, by MinHash over runs of five words and locality-sensitive bands.

    The memory is about 2 kB a text. Texts of fewer than five words are compared as one run.
    """

    _RUN = 5
    _BANDS = 16
    _ROWS = 6

    def __init__(self, threshold: float, seed: int = 0) -> None:
        """Count as near-duplicates texts whose sets of runs have a Jaccard likeness of at least `threshold`."""
        self._threshold = threshold
        random = np.random.default_rng(seed)
        size = self._BANDS * self._ROWS
        self._factors = random.integers(1, int(_PRIME), size, dtype=np.uint64)[:, None]
        self._offsets = random.integers(0, int(_PRIME), size, dtype=np.uint64)[:, None]
        self._signatures: list[NDArray[np.uint32]] = []
        self._first_with: dict[tuple[int, bytes], int] = {}

    def add(self, text: str) -> int | None:
        """Remember a text and return the number of the earlier one that it nearly repeats, or None.

        Texts are numbered from 0 in the order in which they came; a near-duplicate gets a number too.
        """
        signature = self._signature(text)
        number = len(self._signatures)
        self._signatures.append(signature)
        bands = [(band, row.tobytes()) for band, row in enumerate(signature.reshape(self._BANDS, self._ROWS))]
        candidates = sorted({self._first_with[band] for band in bands if band in self._first_with})
        for band in bands:
            self._first_with.setdefault(band, number)
        alike = (float(np.mean(signature == self._signatures[candidate])) for candidate in candidates)
        return next(
            (number for number, likeness in zip(candidates, alike, strict=True) if likeness >= self._threshold), None
        )

    def _signature(self, text: str) -> NDArray[np.uint32]:
        words = _WORD.findall(text)
        runs = {" ".join(words[start : start + self._RUN]) for start in range(max(1, len(words) - self._RUN + 1))}
        # A checksum is enough: what it lacks in mixing the random factors bring, and all pairs of a run pass here.
        hashes = np.fromiter((crc32(run.encode()) for run in runs), dtype=np.uint64, count=len(runs)) % _PRIME
        # Products stay below 2**62, so nothing overflows.
        permuted = (self._factors * hashes + self._offsets) % _PRIME
        signature: NDArray[np.uint32] = permuted.min(axis=1).astype(np.uint32)
        return signature


class Likeness(Record):
    """How alike a code is to the benchmark code that it is most like."""

    score: float
    """0 to 100; 100 is the same text."""
    index: int
    """The benchmark code's place in its list."""


def code_similarities(codes: Sequence[str], benchmark: Sequence[str]) -> NDArray[np.float32]:
    """Return the Levenshtein similarity, 0 to 100, of every code (rows) to every benchmark code (columns).

    It is the ratio with a substitution counted as a removal and an insertion, 100 * (1 - distance / sum of lengths).
    Paper: section A.5, after Riddell et al. (2024).
    """
    scores: NDArray[np.float32] = process.cdist(codes, benchmark, scorer=fuzz.ratio, dtype=np.float32, workers=-1)
    return scores


def closest(similarities: NDArray[np.float32]) -> list[Likeness]:
    """Return for every row of `code_similarities` its most similar column."""
    best = similarities.argmax(axis=1)
    return [Likeness(score=float(row[index]), index=int(index)) for row, index in zip(similarities, best, strict=True)]


def word_runs(text: str, length: int = NGRAM) -> frozenset[str]:
    """Return every run of `length` words of a text, in lower case and without punctuation."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(" ".join(words[start : start + length]) for start in range(len(words) - length + 1))


def runs_of_all(texts: Iterable[str], length: int = NGRAM) -> dict[str, int]:
    """Return every run of words with the place of the first text that has it."""
    found: dict[str, int] = {}
    for place, text in enumerate(texts):
        for run in word_runs(text, length):
            found.setdefault(run, place)
    return found
