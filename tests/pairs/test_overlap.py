import random

import numpy as np
import pytest

from codefavor.pairs.overlap import NearDuplicates, closest, code_similarities, runs_of_all, word_runs


def words(count: int, seed: int) -> list[str]:
    source = random.Random(seed)
    return [f"w{source.randrange(5000)}" for _ in range(count)]


def test_a_repeated_text_is_found_and_named() -> None:
    seen = NearDuplicates(0.85)
    texts = [" ".join(words(100, seed)) for seed in range(50)]
    assert [seen.add(text) for text in texts] == [None] * 50
    assert [seen.add(text) for text in texts] == list(range(50))


def test_a_small_change_is_a_near_duplicate_and_a_large_one_is_not() -> None:
    seen, original = NearDuplicates(0.85), words(300, 1)
    small, large = list(original), list(original)
    small[150] = "changed"
    large[::6] = ["changed"] * len(large[::6])
    assert seen.add(" ".join(original)) is None
    assert seen.add(" ".join(small)) == 0
    assert seen.add(" ".join(large)) is None


@pytest.mark.parametrize("text", ["", "one", "one two three"])
def test_short_texts_are_compared_whole(text: str) -> None:
    seen = NearDuplicates(0.85)
    assert seen.add(text) is None
    assert seen.add(text) == 0
    assert seen.add(text + " more words") is None


def test_similarity_counts_a_substitution_twice() -> None:
    scores = code_similarities(["abcd", "xyz"], ["abcd", "abce", ""])
    assert scores.tolist() == [[100.0, 75.0, 0.0], [0.0, 0.0, 0.0]]
    assert [(best.index, best.score) for best in closest(np.asarray(scores))] == [(0, 100.0), (0, 0.0)]


def test_runs_of_words_ignore_case_and_punctuation() -> None:
    text = "Write a function that, given a list of numbers, returns the sum of them."
    assert word_runs(text) & word_runs(f"Please: {text.upper().replace(',', ';')}")
    assert not word_runs("too short to have a run")
    assert set(runs_of_all(["nothing", text, text]).values()) == {1}
