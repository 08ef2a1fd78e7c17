from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_bases import BASES, make_base
from transformers import AutoModel

from codefavor.judges.trained.divergence_encoder import OPENING, RUN, DivergenceEncoder, own_places
from codefavor.models.pretrained import load_tokenizer
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION
from conftest import judging_precisions

CODES = ["x = 1", "x = 12345678", "y = f(2)\nz = 3", "x = 1", "", "x = 1\nx = 1\nx = 1"]
TOKENS = st.lists(st.integers(0, 3), max_size=24)


def shown(code_a: str, code_b: str) -> Comparison:
    return Comparison(instruction="", criterion=GENERAL_CRITERION, code_a=code_a, code_b=code_b)


@given(TOKENS, TOKENS)
def test_places_are_where_runs_end_that_the_other_has_nowhere(tokens: list[int], other: list[int]) -> None:
    def runs(row: list[int]) -> list[tuple[int, ...]]:
        return [tuple(row[end + 1 - RUN : end + 1]) for end in range(RUN - 1, len(row))]

    places = own_places(tokens, other)
    ended = [tuple(tokens[end + 1 - RUN : end + 1]) for end in places]
    assert set(ended) == set(runs(tokens)) - set(runs(other))
    assert len(set(ended)) == len(ended)


def test_what_moved_or_came_again_says_nothing() -> None:
    row = [1, 2, 3, 4, 5, 6, 7]
    assert own_places(row, [9, *row]) == []
    assert own_places(row * 3, row * 2) == []
    assert own_places(row, row[:-1]) == [6]


@pytest.mark.parametrize("base", BASES)
def test_states_are_those_of_each_candidate_read_alone(base: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = make_base(BASES[base], tmp_path_factory.mktemp("base"))
    given = [shown(one, other) for one in CODES for other in CODES]
    tokenizer = load_tokenizer(folder)
    found = DivergenceEncoder.load(folder, None, 64, "fp32").read(given)
    plain = AutoModel.from_pretrained(folder).eval()
    for each, divergence in zip(given, found, strict=True):
        rows = [
            tokenizer.encode(OPENING, add_special_tokens=False) + tokenizer.encode(code, add_special_tokens=False)
            for code in (each.code_a, each.code_b)
        ]
        places = own_places(rows[0], rows[1]), own_places(rows[1], rows[0])
        with torch.inference_mode():
            sum_a, sum_b = (
                plain(torch.tensor([row])).last_hidden_state[0][own].sum(0)
                for row, own in zip(rows, places, strict=True)
            )
        expected = (sum_a - sum_b) / max(1, sum(map(len, places))) ** 0.5
        assert divergence.states == pytest.approx(expected.numpy(), abs=2e-4)


def test_exchanged_candidates_negate_the_states_exactly(tiny_model: Path) -> None:
    reader = DivergenceEncoder.load(tiny_model, 2, 64, "fp32")
    given = [shown(one, other) for one in CODES for other in CODES]
    both = reader.read([*given, *(each.swapped() for each in given)])
    for there, back in zip(both[: len(given)], both[len(given) :], strict=True):
        assert np.array_equal(there.states, -back.states)
    assert not reader.read([shown("x = 1", "x = 1")])[0].states.any()


def test_a_candidate_is_cut(tiny_model: Path) -> None:
    reader = DivergenceEncoder.load(tiny_model, None, 20, "fp32")
    long, longer = shown("a" * 40, "b"), shown("a" * 40 + "c", "b")
    assert reader.cuts(long) and not reader.cuts(shown("a", "b"))
    assert np.array_equal(reader.read([long])[0].states, reader.read([longer])[0].states)


@pytest.mark.parametrize("precision", judging_precisions())
def test_less_precision_is_near(tiny_model: Path, precision: str) -> None:
    given = [shown(CODES[1], CODES[2])]
    exact = DivergenceEncoder.load(tiny_model, None, 64, "fp32").read(given)[0].states
    near = DivergenceEncoder.load(tiny_model, None, 64, precision).read(given)[0].states  # type: ignore[arg-type]
    assert not np.array_equal(near, exact)
    assert np.linalg.norm(near - exact) < 0.05 * np.linalg.norm(exact)
