"""Commit-Instruct: the prompts about a commit, and how its replies are read.

Paper: section 2.2 (reason about the change, filter by a clear yes or no, rephrase into a preference pair). The wording
is ours.
"""

from codefavor.evolve.prompts.sections import (
    ReplyError,
    ReplySection,
    fenced,
    read_sections,
    render_sections,
    schema_of,
)
from codefavor.evolve.prompts.wording import with_article, with_version
from codefavor.languages.language import Language
from codefavor.record import Record

_LAYOUT = (
    ReplySection("instruction", "Instruction", aliases=("Task", "Task instruction", "Prompt")),
    ReplySection("criterion", "Criterion", aliases=("Criteria", "Evaluation criterion")),
    ReplySection(
        "rejected",
        "Rejected code",
        code=True,
        aliases=("Rejected", "Weaker code", "Naive code", "Worse code", "Rejected solution"),
    ),
    ReplySection(
        "chosen",
        "Chosen code",
        code=True,
        aliases=("Chosen", "Better code", "Improved code", "Chosen solution"),
    ),
    ReplySection("feedback", "Feedback", aliases=("Explanation", "Rationale")),
)
_REQUIRED = tuple(section.key for section in _LAYOUT)

SCHEMA = schema_of(_LAYOUT, _REQUIRED)
"""The JSON schema of a rephrasing, for backends that can be held to one."""


class Rephrasing(Record):
    """A commit rephrased as a preference pair."""

    instruction: str
    """What both codes were to do."""
    criterion: str
    """What makes the chosen code better."""
    rejected: str
    """The naive code."""
    chosen: str
    """The improved code."""
    feedback: str
    """Why the chosen code is better."""


def system_prompt(language: Language) -> str:
    """Return the critic's role."""
    return (
        f"You are an experienced {language.title} reviewer. You judge code by what it does, and you write precise, "
        "plain English."
    )


def ask_reason(language: Language, message: str, before: str, diff: str) -> str:
    """Return the first turn: think about the change."""
    return f"""Here is one commit to {with_article(language)} project.

The author's message:
{message.strip()}

The code before the commit:
{fenced(before, language.name)}

The change as a unified diff:
{fenced(diff.rstrip(), "diff")}

In at most six sentences: what does the change do, what is gained by it, and what does it cost? Can someone who sees \
only this code tell that it became better, or would they need to know the rest of the project?"""


def ask_filter() -> str:
    """Return the second turn: is it an improvement?"""
    return """Would you teach this change to others as an improvement? Say YES only if the code became clearly better \
in a property that matters, for example correctness, speed, memory, security, robustness or readability, and the gain \
can be seen from the code shown. Renamings, version numbers, moved text, new data and matters of taste are a NO.

Begin your answer with the single word YES or NO."""


def ask_rephrase(language: Language) -> str:
    """Return the third turn: write the pair."""
    return f"""Now turn what this commit teaches into a small programming exercise with two solutions. Do not mention \
the commit or its project; everything has to be understandable on its own.

- Instruction: what to write, as a user would ask for it. Name the function or class that is wanted. Do not give away \
what separates the two solutions.
- Criterion: one sentence that says by which property the solutions are compared.
- Rejected code: a complete, plausible solution that follows the instruction but falls short by the criterion, as the \
code before the commit did.
- Chosen code: a complete solution that follows the instruction and is better by the criterion, as the code after the \
commit is. Change nothing that the criterion does not call for.
- Feedback: two or three sentences on why one is better, calling them "the chosen code" and "the rejected code".

Both solutions are {with_version(language)} with the imports they need, and no remarks in them about being better or \
worse. Use exactly this layout:

{_skeleton(language)}"""


def ask_again(language: Language, problem: ReplyError) -> str:
    """Return the turn that asks for a reply again that could not be read."""
    return f"""Your answer could not be used ({problem}). Please write it again in full, in exactly this layout and \
with nothing before or after it:

{_skeleton(language)}"""


def ask_filter_again() -> str:
    """Return the turn that asks the filter's question again, for one word."""
    return "Please answer with one word only: YES or NO."


def _skeleton(language: Language) -> str:
    return render_sections(_LAYOUT, {section.key: "..." for section in _LAYOUT}, language)


def render_rephrasing(rephrasing: Rephrasing, language: Language) -> str:
    """Return the reply that a perfect critic writes; `parse_rephrasing` reads it back to an equal record."""
    return render_sections(_LAYOUT, rephrasing.model_dump(), language)


def parse_rephrasing(reply: str) -> Rephrasing:
    """Return the pair that a reply holds.

    Raises:
        ReplyError: a part is missing, or is still the placeholder of the layout.
    """
    found = read_sections(_LAYOUT, reply, _REQUIRED)
    empty = [section.heading for section in _LAYOUT if found[section.key].strip(" .\n") == ""]
    if empty:
        raise ReplyError(f"missing or empty: {', '.join(empty)}")
    return Rephrasing(**found)
