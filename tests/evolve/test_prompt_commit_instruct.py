import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codefavor.evolve.prompts.commit_instruct import (
    SCHEMA,
    Rephrasing,
    ask_again,
    ask_reason,
    ask_rephrase,
    parse_rephrasing,
    render_rephrasing,
)
from codefavor.evolve.prompts.sections import ReplyError
from codefavor.evolve.prompts.yes_no import read_yes_no
from codefavor.languages.python.language import PYTHON

REPHRASING = Rephrasing(
    instruction="Write `first(items)`.\n\nIt returns the first item.\n\n```python\nfirst([1]) == 1\n```",
    criterion="No copy is made.",
    rejected="# Criterion\ndef first(items):\n    return list(items)[0]",
    chosen='def first(items):\n    """```\n    ## Feedback\n    ```"""\n    return next(iter(items))',
    feedback="The chosen code makes no copy: the rejected code does.",
)

_LINES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1)
_HEADINGS = ("instruction", "criterion", "rejected code", "chosen code", "feedback")


def _is_plain(line: str) -> bool:
    return bool(line.strip(" .")) and "`" not in line and "~~~" not in line and line == line.strip()


_TEXTS = st.lists(_LINES.filter(_is_plain), min_size=1, max_size=4).map("\n".join)
_TEXTS = _TEXTS.filter(lambda text: not any(name in text.lower() for name in _HEADINGS))
_CODE = st.lists(st.one_of(_LINES, st.sampled_from(["```", "## Feedback", "# Criterion", "~~~~", "    x = 1"])))
_CODES = _CODE.map(lambda lines: "\n".join(["x = 1", *lines, "y = 2"]))


@given(st.builds(Rephrasing, instruction=_TEXTS, criterion=_TEXTS, rejected=_CODES, chosen=_CODES, feedback=_TEXTS))
@settings(suppress_health_check=[HealthCheck.too_slow])  # how fast texts are drawn is the machine's affair
def test_reading_back_gives_what_was_written(rephrasing: Rephrasing) -> None:
    assert parse_rephrasing(render_rephrasing(rephrasing, PYTHON)) == rephrasing


def test_headings_and_fences_inside_code_are_code() -> None:
    assert parse_rephrasing(render_rephrasing(REPHRASING, PYTHON)) == REPHRASING


def _restyled(style: str) -> str:
    lines = render_rephrasing(REPHRASING, PYTHON).split("\n")
    headings = ("## Instruction", "## Criterion", "## Rejected code", "## Chosen code")
    first = {heading: lines.index(heading) for heading in headings}
    # The last one: the chosen code holds a line of the same text in its docstring.
    first["## Feedback"] = len(lines) - 1 - lines[::-1].index("## Feedback")
    for heading, place in first.items():
        name = heading[3:]
        lines[place] = style.format(name=name, upper=name.upper().replace(" ", "_"), tag=name.lower().replace(" ", "_"))
    return "\n".join(lines)


@pytest.mark.parametrize(
    "style",
    [
        "**{name}**",
        "**{name}:**",
        "### {name}",
        "#### **{name}**",
        "[{upper}]",
        "<{tag}>",
        "{name}:",
        "{name}",
        "1. **{name}**:",
        "- {name}:",
        "__{name}__",
        "{upper}",
    ],
)
def test_other_heading_styles_are_read(style: str) -> None:
    assert parse_rephrasing("Sure, here it is.\n\n" + _restyled(style)) == REPHRASING


def test_text_on_the_line_of_its_heading_is_read() -> None:
    reply = (
        "**Instruction:** Add.\nCriterion: Speed.\n[REJECTED_CODE]\na = 1\n**Chosen code**\na = 2\n## Feedback: Good."
    )
    assert parse_rephrasing(reply) == Rephrasing(
        instruction="Add.", criterion="Speed.", rejected="a = 1", chosen="a = 2", feedback="Good."
    )


def test_any_order_and_other_names_are_read() -> None:
    reply = "## Improved Code\n```\na = 2\n```\n## Naive Code\n```py\na = 1\n```\n## Criteria\nSpeed.\n"
    reply += "## Explanation\nGood.\n## Task\nAdd."
    assert parse_rephrasing(reply) == Rephrasing(
        instruction="Add.", criterion="Speed.", rejected="a = 1", chosen="a = 2", feedback="Good."
    )


def test_closing_tags_are_dropped() -> None:
    reply = "<instruction>\nAdd.\n</instruction>\n<criterion>Speed.\n</criterion>\n<rejected_code>\na = 1\n"
    reply += "</rejected_code>\n<chosen_code>\na = 2\n</chosen_code>\n<feedback>\nGood.\n</feedback>"
    assert parse_rephrasing(reply).chosen == "a = 2"


@pytest.mark.parametrize("wrapping", ["{}", "```json\n{}\n```", "JSON:\n{}"])
def test_json_is_read(wrapping: str) -> None:
    assert parse_rephrasing(wrapping.replace("{}", json.dumps(REPHRASING.model_dump()))).criterion == "No copy is made."
    assert set(Rephrasing.model_fields) == set(SCHEMA["required"])  # type: ignore[arg-type]


def test_prose_that_begins_with_a_name_is_no_heading() -> None:
    rephrasing = REPHRASING.model_copy(update={"feedback": "Feedback is short.\nCriterion met, chosen code wins."})
    reply = _restyled("### {name}").replace(REPHRASING.feedback, rephrasing.feedback)
    assert parse_rephrasing(reply) == rephrasing


def test_a_reply_cut_short_names_what_is_missing() -> None:
    cut = render_rephrasing(REPHRASING, PYTHON).split("## Chosen code")[0]
    with pytest.raises(ReplyError, match="missing or empty: Chosen code, Feedback") as problem:
        parse_rephrasing(cut)
    assert "Chosen code, Feedback" in ask_again(PYTHON, problem.value)


def test_the_layout_itself_is_no_reply() -> None:
    with pytest.raises(ReplyError):
        parse_rephrasing(ask_rephrase(PYTHON).rpartition("layout:\n\n")[2])


@given(st.text())
def test_no_reply_is_a_surprise(reply: str) -> None:
    with pytest.raises(ReplyError):
        parse_rephrasing(reply)


def test_the_prompt_shows_the_code_and_the_change() -> None:
    prompt = ask_reason(PYTHON, "speed up", "a = 1", "-a = 1\n+a = 2\n")
    assert "speed up" in prompt
    assert "```python\na = 1\n```" in prompt
    assert "```diff\n-a = 1" in prompt


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("YES", True),
        ("YES. NOTE that it could be better", True),
        ("yes, it is clearer", True),
        ("**NO**", False),
        ("[NO] It only renames.", False),
        ("Answer: No. A YES would need tests.", False),
        ("No, though some would say YES", False),
        ("This removes a bug, so my answer is YES.", True),
        ("I know nothing of NOTES, but NO.", False),
    ],
)
def test_a_clear_answer_is_read(reply: str, expected: bool) -> None:
    assert read_yes_no(reply) is expected


@pytest.mark.parametrize("reply", ["", "Perhaps.", "Either YES or NO could be said.", "Notable change", "I know."])
def test_an_unclear_answer_is_refused(reply: str) -> None:
    with pytest.raises(ReplyError):
        read_yes_no(reply)
