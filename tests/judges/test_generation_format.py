import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codefavor.judges.chat_format import CONTRADICTION
from codefavor.judges.generation_format import (
    address,
    awaits_letter,
    fit_feedback,
    is_finished,
    read_reply,
    render_reply,
)
from codefavor.pairs.comparison import Side, other_side

SIDES = st.sampled_from(["A", "B"])
FEEDBACK = st.lists(
    st.sampled_from(
        ["the chosen code", "The rejected code", "Better: A", "\n", "\x0b", ". ", "is", "rejected", "Code A"]
    )
    | st.text(max_size=4)
).map(" ".join)


@given(FEEDBACK | st.text(), SIDES)
@example("Better: A", "B")
@example("", "A")
def test_what_is_rendered_is_read_back(feedback: str, side: Side) -> None:
    addressed = address(feedback, side)
    reading = read_reply(render_reply(addressed, side))
    assert (reading.choice, reading.feedback, reading.undecided) == (side, addressed, None)


@given(FEEDBACK, SIDES)
def test_while_it_is_written_it_waits_for_one_letter_and_is_finished_by_one_line(feedback: str, side: Side) -> None:
    reply = render_reply(address(feedback, side), side)
    assert awaits_letter(reply[:-2]) and awaits_letter(reply[:-1]) and not awaits_letter(reply)
    assert not is_finished(reply) and is_finished(reply + "\n")


@pytest.mark.parametrize(
    ("feedback", "at_a"),
    [
        ("The rejected code leaves out a step.", "Code B leaves out a step."),
        ("It is slow. The chosen version\n is not.", "It is slow. Code A is not."),
        (
            "A bound of the rejected code is off; the chosen code has it right.",
            "A bound of code B is off; code A has it right.",
        ),
        ("the rejected one's loop", "Code B's loop"),
        ("It drops the rejected requests and keeps the chosen ones.",) * 2,
        (None, None),
        (" \n", None),
    ],
)
def test_feedback_is_said_of_the_sides_shown(feedback: str | None, at_a: str | None) -> None:
    assert address(feedback, "A") == at_a
    exchanged = at_a and at_a.replace("ode A", "ode #").replace("ode B", "ode A").replace("ode #", "ode B")
    assert address(feedback, "B") == exchanged


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("", "does not end in a result line"),
        ("Code A is faster.", "does not end in a result line"),
        ("Better: A and B are even", "does not end in a result line"),
        ("Better: C", "does not end in a result line"),
        ("better: A", "does not end in a result line"),
        ("Better: A\nor not.", "does not end in a result line"),
        ("It is Better: A", "does not end in a result line"),
        ("Better: A\nBetter: B", CONTRADICTION),
    ],
)
def test_what_does_not_keep_to_the_form_is_undecided(reply: str, reason: str) -> None:
    reading = read_reply(reply)
    assert reading.choice is None
    assert reason in (reading.undecided or "")
    assert (reading.feedback or "") in reply


def test_feedback_that_is_too_long_loses_its_last_sentences() -> None:
    text = "Code A is right. Code B fails! It raises."
    for limit, kept in ((100, text), (40, "Code A is right. Code B fails!"), (20, "Code A is right."), (5, None)):
        assert fit_feedback(text, lambda kept_text, limit=limit: len(kept_text or "") <= limit) == kept  # type: ignore[misc]


def test_both_orders_say_the_same_of_the_same_code() -> None:
    feedback = "The chosen code works. The rejected code does not."
    for side in ("A", "B"):
        assert address(feedback, side) == f"Code {side} works. Code {other_side(side)} does not."
