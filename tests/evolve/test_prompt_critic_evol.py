import ast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codefavor.evolve.prompts.critic_evol import (
    ask_again,
    ask_critique,
    opening,
    parse_critique,
    render_critique,
)
from codefavor.evolve.prompts.critic_examples import EXAMPLES, Critique
from codefavor.evolve.prompts.sections import ReplyError
from codefavor.languages.python.language import PYTHON

REVISION = EXAMPLES[0].critique


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_are_what_they_ask_for(example: object) -> None:
    critique = example.critique  # type: ignore[attr-defined]
    assert parse_critique(render_critique(critique, PYTHON)) == critique
    ast.parse(example.draft)  # type: ignore[attr-defined]
    ast.parse(critique.revised or "")


def test_one_example_is_good_enough_and_four_are_improved() -> None:
    assert [example.critique.good_enough for example in EXAMPLES].count(True) == 1
    assert len(EXAMPLES) == 5


_WORDS = st.lists(st.text("abcxyz,.'", min_size=2, max_size=6), max_size=5)
_TEXT = _WORDS.map(lambda words: " ".join(["so", *words, "x"]))
_CODE = st.lists(st.sampled_from(["a = 1", "```", "## Decision", "", "    pass", "# REVISE"])).map("\n".join)


@given(_TEXT, _TEXT, _CODE.map(lambda code: f"x = 1\n{code}\ny = 2"), _TEXT)
@settings(suppress_health_check=[HealthCheck.too_slow])  # how fast texts are drawn is the machine's affair
def test_reading_back_gives_what_was_written(critique: str, criterion: str, revised: str, feedback: str) -> None:
    revision = Critique(critique=critique, good_enough=False, criterion=criterion, revised=revised, feedback=feedback)
    assert parse_critique(render_critique(revision, PYTHON)) == revision
    approval = Critique(critique=critique, good_enough=True)
    assert parse_critique(render_critique(approval, PYTHON)) == approval


@pytest.mark.parametrize(
    "reply",
    [
        "**Critique:** Fine.\n**Decision:** Good enough.",
        "## Critique\nNothing to improve. The draft is good enough.",
        "Reflection: Fine.\nVerdict: GOOD ENOUGH\nCriterion: ...",
    ],
)
def test_good_enough_is_an_answer(reply: str) -> None:
    assert parse_critique(reply).good_enough


def test_a_revision_without_a_decision_is_a_revision() -> None:
    reply = render_critique(REVISION, PYTHON).replace("## Decision\nREVISE\n\n", "")
    assert parse_critique(reply) == REVISION


def test_not_good_enough_is_not_good_enough() -> None:
    reply = render_critique(REVISION, PYTHON).replace("REVISE", "NOT GOOD ENOUGH")
    assert parse_critique(reply) == REVISION


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ("Looks fine to me!", "missing or empty: Critique"),
        ("## Critique\nSlow.\n\n## Decision\nREVISE or GOOD ENOUGH", "both"),
        ("## Critique\nSlow.\n\n## Decision\nREVISE\n\n## Criterion\nSpeed.", "Revised code, Feedback"),
        ("## Critique\nSlow.", "Criterion, Revised code, Feedback"),
    ],
)
def test_an_unusable_reply_is_refused_with_the_reason(reply: str, problem: str) -> None:
    with pytest.raises(ReplyError, match=problem) as refused:
        parse_critique(reply)
    assert problem in ask_again(refused.value)


def test_the_order_of_examples_depends_on_the_seed_alone() -> None:
    assert opening(PYTHON, "1:a") == opening(PYTHON, "1:a")
    orders = {tuple(message.content for message in opening(PYTHON, f"1:{n}")) for n in range(40)}
    assert len(orders) > 20
    assert {frozenset(order) for order in orders} == {frozenset(next(iter(orders)))}


def test_a_draft_with_fences_stays_whole() -> None:
    draft = 'TEXT = """\n```\n"""'
    assert f"````python\n{draft}\n````" in ask_critique(PYTHON, "Write TEXT.", draft)
