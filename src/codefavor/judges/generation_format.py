"""What a generative judge is asked and how its reply is read: feedback, then one result line. Pure text.

Training and judging share it. The parser is strict: a trained judge keeps to the form, so any other reply is
undecided (`codefavor.judges.chat_format` reads the answers of models that nobody trained).
Paper: section 2.1, the generation design; the wording is ours.
"""

import re
from collections.abc import Callable

from codefavor.judges.chat_format import CONTRADICTION, Reading
from codefavor.judges.format import joint_text
from codefavor.models.reply_format import ReplyFormat
from codefavor.pairs.comparison import Side, other_side
from codefavor.record import content_digest

_LEAD = "Better:"

FEEDBACK_QUESTION = (
    "Which code is better by the criterion? First write one to three sentences of feedback that name the difference "
    f'which decides; call the two "code A" and "code B". Then end with one line: "{_LEAD} A" or "{_LEAD} B".'
)
"""What a judge that writes feedback is asked."""

_RESULT_LINE = re.compile(rf"{_LEAD} ([AB])")
_FINISHED = re.compile(rf"(?:^|\n){_LEAD} [AB]\n")
_AWAITING = re.compile(rf"(?:^|\n){_LEAD} ?$")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_NOUN = r"(?:code|candidate|version|solution|implementation|program|function|snippet|one)"
_NAMED = re.compile(rf"(?P<start>^|[.!?]\s+)?(?:\bthe\s+)?\b(?P<role>chosen|rejected)\s+{_NOUN}\b", re.IGNORECASE)


def render_reply(feedback: str | None, side: Side) -> str:
    """Return the reply that prefers `side`; feedback is as `address` returns it."""
    return f"{feedback}\n{result_line(side)}" if feedback else result_line(side)


def result_line(side: Side) -> str:
    """Return the last line of a reply that prefers `side`."""
    return f"{_LEAD} {side}"


def read_reply(text: str) -> Reading:
    """Return what a reply says: its last line must be a result line, and no other line may say otherwise."""
    *above, last = text.strip().split("\n")
    results = [match[1] for line in (*above, last) if (match := _RESULT_LINE.fullmatch(line.strip()))]
    feedback = "\n".join(line for line in above if not _RESULT_LINE.fullmatch(line.strip())).strip() or None
    found = _RESULT_LINE.fullmatch(last)
    if found is None:
        return Reading(choice=None, feedback=text.strip() or None, undecided="the reply does not end in a result line")
    if len(set(results)) > 1:
        return Reading(choice=None, feedback=feedback, undecided=CONTRADICTION)
    return Reading(choice="A" if found[1] == "A" else "B", feedback=feedback)


def is_finished(text: str) -> bool:
    """Return whether a whole result line stands in what was written so far."""
    return _FINISHED.search(text) is not None


def awaits_letter(text: str) -> bool:
    """Return whether the next thing to be written is the letter of a result line."""
    return _AWAITING.search(text) is not None


REPLY_FORMAT = ReplyFormat(render=render_reply, awaits_letter=awaits_letter, is_finished=is_finished)
"""How the replies of generative judges are written, for those who turn them into tokens."""


def address(feedback: str | None, chosen_at: Side) -> str | None:
    """Return a pair's feedback as one line that calls the chosen code `chosen_at`; None where there is none."""
    text = " ".join((feedback or "").split())
    sides = {"chosen": chosen_at, "rejected": other_side(chosen_at)}

    def name(match: re.Match[str]) -> str:
        start = match["start"]
        word = "code" if start is None else f"{start}Code"
        return f"{word} {sides[match['role'].lower()]}"

    named = _NAMED.sub(name, text)
    return None if _RESULT_LINE.fullmatch(named) else named or None


def fit_feedback(feedback: str | None, fits: Callable[[str | None], bool]) -> str | None:
    """Return the feedback without its last sentences, as many of them as must go until it `fits`.

    Nothing is left of feedback whose first sentence is too long: half a sentence would teach to break off.
    """
    if feedback is None or fits(feedback):
        return feedback
    sentences = _SENTENCE_END.split(feedback)
    for count in range(len(sentences) - 1, 0, -1):
        if fits(shorter := " ".join(sentences[:count])):
            return shorter
    return None


GENERATION_FORMAT = content_digest(
    [
        joint_text("{instruction}", "{code_a}", "{code_b}", "{criterion}", FEEDBACK_QUESTION),
        render_reply("{feedback}", "A"),
    ]
)
