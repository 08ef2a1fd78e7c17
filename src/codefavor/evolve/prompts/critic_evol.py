"""Critic-Evol: the prompts of the draft model and of the critic, and how the critic's replies are read.

Paper: section 2.3 (a weak model drafts; a strong one reflects on the draft and, unless it is good enough, revises it)
and section A.1 (five examples: one good enough, four improved). Wording and examples are ours.
"""

import random

from codefavor.evolve.prompts.critic_examples import EXAMPLES, Critique
from codefavor.evolve.prompts.sections import (
    ReplyError,
    ReplySection,
    fenced,
    read_sections,
    render_sections,
    schema_of,
)
from codefavor.evolve.prompts.wording import with_version
from codefavor.languages.language import Language
from codefavor.languages.python.language import PYTHON
from codefavor.llm.protocol import Message

GOOD_ENOUGH = "GOOD ENOUGH"
NEEDS_REVISION = "REVISE"
_CHOICES = f"{NEEDS_REVISION} or {GOOD_ENOUGH}"

_LAYOUT = (
    ReplySection("critique", "Critique", aliases=("Reflection", "Analysis", "Review")),
    ReplySection("decision", "Decision", aliases=("Verdict", "Conclusion")),
    ReplySection("criterion", "Criterion", aliases=("Criteria",)),
    ReplySection(
        "revised",
        "Revised code",
        code=True,
        aliases=("Revision", "Revised draft", "Improved code", "Revised solution", "Final code"),
    ),
    ReplySection("feedback", "Feedback", aliases=("Explanation", "Rationale")),
)
_REQUIRED = ("critique", "decision")
_REQUIRED_OF_REVISION = frozenset({"criterion", "revised", "feedback"})

SCHEMA = schema_of(_LAYOUT, _REQUIRED)
"""The JSON schema of a critique, for backends that can be held to one."""


def draft_system(language: Language) -> str:
    """Return the role of the draft model."""
    name = with_version(language)
    return f"You write {name}. Answer with one code block that holds everything needed, imports included."


def critic_system(language: Language) -> str:
    """Return the role of the critic."""
    return f"""You review short {language.title} solutions. Given an instruction and a draft, think about the draft \
first. If it has one significant weakness in correctness, efficiency, security or conciseness, name the criterion that \
it fails and revise the draft to meet it. If it has none, say that it is good enough: many drafts are. Missing type \
hints, docstrings or checks of arguments that nobody asked for are no weakness, and code may be changed only where the \
criterion calls for it.{_about_examples(language)}"""


def _about_examples(language: Language) -> str:
    if language.name == PYTHON.name:
        return ""
    title = language.title
    return f" The examples are in {PYTHON.title}; your answers are about {title} and hold {title} only."


def ask_draft(instruction: str) -> str:
    """Return the only turn of the draft model."""
    return instruction.strip()


def ask_critique(language: Language, instruction: str, draft: str) -> str:
    """Return the turn that puts a draft before the critic."""
    placeholders = {section.key: "..." for section in _LAYOUT} | {"decision": _CHOICES}
    return f"""Instruction:
{instruction.strip()}

Draft:
{fenced(draft, language.name)}

Answer in this layout; leave out everything after the decision if the draft is good enough. In the feedback call the \
two "the revised code" and "the draft".

{render_sections(_LAYOUT, placeholders, language)}"""


def opening(language: Language, order_seed: str) -> tuple[Message, ...]:
    """Return how every conversation with the critic begins: its role and the examples, in an order drawn by the seed.

    The examples are in Python, whatever the language of the drafts.
    """
    examples = list(EXAMPLES)
    random.Random(order_seed).shuffle(examples)
    turns = [Message(role="system", content=critic_system(language))]
    for example in examples:
        turns.append(Message(role="user", content=ask_critique(PYTHON, example.instruction, example.draft)))
        turns.append(Message(role="assistant", content=render_critique(example.critique, PYTHON)))
    return tuple(turns)


def ask_again(problem: ReplyError) -> str:
    """Return the turn that asks for a reply again that could not be read."""
    return f"""Your answer could not be used ({problem}). Please write it again in full, with the headings \
{", ".join(f"## {section.heading}" for section in _LAYOUT)} in this order, and {_CHOICES} under ## Decision."""


def render_critique(critique: Critique, language: Language) -> str:
    """Return the reply that a perfect critic writes; `parse_critique` reads it back to an equal record."""
    decision = GOOD_ENOUGH if critique.good_enough else NEEDS_REVISION
    parts = critique.model_dump(exclude={"good_enough"}, exclude_none=True)
    return render_sections(_LAYOUT, parts | {"decision": decision}, language)


def parse_critique(reply: str) -> Critique:
    """Return what the critic found.

    Raises:
        ReplyError: the decision is missing or unclear, or a revision is incomplete.
    """
    found = read_sections(_LAYOUT, reply, ("critique",))
    decision = found.get("decision", "")
    revision = {key: found[key] for key in _REQUIRED_OF_REVISION if found.get(key, "").strip(" .\n")}
    if _is_good_enough(decision, found["critique"], has_revision=bool(revision.get("revised"))):
        return Critique(critique=found["critique"], good_enough=True)
    missing = [section.heading for section in _LAYOUT if section.key in _REQUIRED_OF_REVISION - revision.keys()]
    if missing:
        raise ReplyError(f"missing or empty: {', '.join(missing)}")
    return Critique(critique=found["critique"], good_enough=False, **revision)


def _is_good_enough(decision: str, critique: str, *, has_revision: bool) -> bool:
    words = decision.upper()
    approves, revises = GOOD_ENOUGH in words and f"NOT {GOOD_ENOUGH}" not in words, NEEDS_REVISION in words
    if approves != revises:
        return approves
    if approves:
        raise ReplyError(f"the decision says both {_CHOICES}")
    return not has_revision and critique.upper().rstrip(" .!*").endswith(GOOD_ENOUGH)
