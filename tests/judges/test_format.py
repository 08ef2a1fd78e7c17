import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.errors import ConfigError
from codefavor.judges.format import encode_joint, encode_single, fair_level, joint_text, single_text
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Criterion


class Characters:
    """A tokenizer of one token a character."""

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        assert not add_special_tokens
        return [ord(character) for character in text]

    def decode(self, token_ids: list[int]) -> str:
        return "".join(map(chr, token_ids))


def comparison(instruction: str, code_a: str, code_b: str, criterion: str = "faster") -> Comparison:
    return Comparison(instruction=instruction, criterion=Criterion(text=criterion), code_a=code_a, code_b=code_b)


def bare(message: str) -> str:
    return message


WORDS = st.text("abc \n", max_size=60)


@given(WORDS, WORDS, WORDS, st.integers(230, 400))
def test_the_joint_input_fits_and_keeps_the_criterion(instruction: str, a: str, b: str, limit: int) -> None:
    found = comparison(instruction, a, b, "is the fastest")
    encoded = encode_joint(found, bare, Characters(), limit)
    text = Characters().decode(encoded.token_ids)
    assert len(text) <= limit
    assert "is the fastest" in text
    assert encoded.truncated == (text != joint_text(instruction, a, b, "is the fastest"))


@given(WORDS, WORDS, WORDS, st.integers(230, 400))
def test_swapping_the_candidates_swaps_them_in_the_text_and_changes_nothing_else(
    instruction: str, a: str, b: str, limit: int
) -> None:
    found = comparison(instruction, a, b)
    there = encode_joint(found, bare, Characters(), limit)
    back = encode_joint(found.swapped(), bare, Characters(), limit)
    assert (len(there.token_ids), there.truncated) == (len(back.token_ids), back.truncated)


@given(WORDS, WORDS, WORDS)
def test_a_candidate_alone_does_not_depend_on_the_other(instruction: str, a: str, b: str) -> None:
    found = comparison(instruction, a, b)
    limit = 150
    assert encode_single(found, "A", Characters(), limit) == encode_single(found.swapped(), "B", Characters(), limit)
    whole, truncated = encode_single(found, "A", Characters(), 1000)
    sections = single_text(instruction, a, "faster")
    assert Characters().decode(list(whole.token_ids)) == "".join(sections)
    assert not truncated
    assert (whole.criterion_length, whole.code_length) == (len(sections[0]), len(sections[2]))


def test_the_instruction_can_be_left_out() -> None:
    candidate, _ = encode_single(comparison("sort it", "a", "b"), "B", Characters(), 200, instruction=False)
    text = Characters().decode(list(candidate.token_ids))
    assert "sort it" not in text
    assert text.endswith("<code>\nb\n</code>")


def test_both_codes_are_cut_to_the_same_length_and_short_parts_stay_whole() -> None:
    encoded = encode_joint(comparison("sort it", "a" * 500, "b" * 900), bare, Characters(), 450)
    text = Characters().decode(encoded.token_ids)
    assert encoded.truncated
    assert "sort it" in text
    assert text.count("aaa") == text.count("bbb") > 20


@given(st.lists(st.integers(0, 50), min_size=1, max_size=4), st.integers(0, 120))
def test_the_fair_level_is_the_greatest_that_fits(lengths: list[int], budget: int) -> None:
    level = fair_level(lengths, budget)
    assert sum(min(length, level) for length in lengths) <= budget
    assert level == max(lengths) or sum(min(length, level + 1) for length in lengths) > budget


class Splitting(Characters):
    """A tokenizer whose cut texts grow: decoding doubles every character."""

    def decode(self, token_ids: list[int]) -> str:
        return "".join(chr(token) * 2 for token in token_ids)


def test_a_cut_that_grows_is_cut_again() -> None:
    candidate, truncated = encode_single(comparison("i" * 300, "a" * 300, "b"), "A", Splitting(), 200)
    assert truncated
    assert len(candidate.token_ids) <= 200


def test_a_budget_below_the_criterion_is_refused() -> None:
    with pytest.raises(ConfigError, match="max_length 50 is too small"):
        encode_joint(comparison("x", "y", "z" * 90), bare, Characters(), 50)
