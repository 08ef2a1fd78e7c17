import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.judges.chat_format import (
    CONTRADICTION,
    NEITHER,
    NO_VERDICT,
    feedback_prompt,
    letter_prompt,
    probability_of_a,
    read_answer,
    render_answer,
    repair_prompt,
    verdict_line,
)
from codefavor.llm.protocol import Completion, TokenLogprobs, Usage
from codefavor.pairs.comparison import Comparison, Side, other_side
from codefavor.pairs.criterion import EMPTY_CRITERION, Aspect, criterion_for

SIDES = st.sampled_from(("A", "B"))
COMPARISON = Comparison(
    instruction="Add two numbers.",
    criterion=criterion_for(Aspect.CORRECTNESS),
    code_a="def add(a, b):\n    return a + b",
    code_b="def add(a, b):\n    return a - b",
)


@given(st.text(), SIDES)
def test_reading_gives_back_what_was_rendered(feedback: str, side: Side) -> None:
    read = read_answer(render_answer(feedback, side))
    assert (read.choice, read.undecided) == (side, None)
    assert read.feedback == (feedback.strip() or None)


@given(st.text(max_size=40), SIDES)
def test_only_the_last_verdict_line_counts(between: str, side: Side) -> None:
    quoted = f"The string says '{verdict_line(other_side(side))}' {between}"
    assert read_answer(render_answer(quoted, side)).choice == side


@given(st.text())
def test_any_text_has_either_a_choice_or_a_reason(text: str) -> None:
    read = read_answer(text)
    assert (read.choice is None) == (read.undecided is not None)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("VERDICT: A", "A"),
        ("**Verdict:** Code B", "B"),
        ("Code A", "A"),
        ("VERDICT: Code_A is better than Code_B", "A"),
        ("**VERDICT**: **Code A** is clearly better than **Code B**.", "A"),
        ("VERDICT: Code B is worse than code A.", "A"),
        ("VERDICT: I prefer candidate B", "B"),
        ("Code A handles zero. So code A is better overall than code B.", "A"),
        ("B is better than A", "B"),
        ("Code A is the better one. Still, code B is better than code A.", "B"),
        ("Candidate B outperforms candidate A here.", "B"),
        ("A better approach would be a loop. VERDICT: Code B is better than code A.", "B"),
        ("Verdict: the better code is B, no: Code A is preferable to code B", "A"),
        ("In the end code B wins.", "B"),
    ],
)
def test_ranked_patterns(text: str, choice: Side) -> None:
    assert read_answer(text).choice == choice


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("VERDICT: Neither code A is better than code B nor code B than code A.", NEITHER),
        ("VERDICT: both are equally good", NEITHER),
        ("VERDICT: a tie", NEITHER),
        ("VERDICT: Code A is better than code B. Code B is better than code A.", CONTRADICTION),
        ("I prefer code A. I prefer code B.", CONTRADICTION),
        ("VERDICT: Code A is not better than code B", NO_VERDICT),
        ("A better approach uses a set.", NO_VERDICT),
        ("", NO_VERDICT),
    ],
)
def test_what_names_no_side_is_undecided_with_the_reason(text: str, reason: str) -> None:
    assert read_answer(text).undecided == reason


@given(st.text(), st.text(), st.text())
def test_nothing_shown_can_close_its_tag(instruction: str, code_a: str, code_b: str) -> None:
    comparison = Comparison(instruction=instruction, criterion=EMPTY_CRITERION, code_a=code_a, code_b=code_b)
    text = feedback_prompt(comparison)[0].content
    mark = text.split("<instruction ")[1].split(">")[0]
    assert text.count(f"</code_a {mark}>") == 1
    assert mark in feedback_prompt(comparison.swapped())[0].content


def test_both_prompts_show_everything() -> None:
    for prompt in (feedback_prompt(COMPARISON), letter_prompt(COMPARISON)):
        for part in (COMPARISON.instruction, COMPARISON.code_a, COMPARISON.code_b, COMPARISON.criterion.text):
            assert part in prompt[0].content


def test_a_repair_turn_continues_the_conversation() -> None:
    turns = repair_prompt(feedback_prompt(COMPARISON), " ")
    assert [turn.role for turn in turns] == ["user", "assistant", "user"]
    assert turns[1].content.strip() and verdict_line("B") in turns[2].content


def completion(*tokens: tuple[str, dict[str, float]]) -> Completion:
    written = tuple(
        TokenLogprobs(token=token, logprob=math.log(top[token]), top={name: math.log(p) for name, p in top.items()})
        for token, top in tokens
    )
    usage = Usage(input_tokens=1, output_tokens=1)
    return Completion(text="", model="m", finish="stop", usage=usage, logprobs=written)


def test_the_probability_is_that_of_the_first_letter_written() -> None:
    thinking = ("\n", {"\n": 0.9, "A": 0.1})
    letter = ("A", {"A": 0.5, " A": 0.1, "B": 0.2, "The": 0.2})
    assert probability_of_a(completion(thinking, letter)) == pytest.approx(0.75)
    assert probability_of_a(completion(("B", {"B": 0.9, "C": 0.1}))) == pytest.approx(0.1)
    assert probability_of_a(completion(("The", {"The": 0.9, "A": 0.1}))) is None
