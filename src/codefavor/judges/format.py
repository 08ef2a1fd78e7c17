"""The text a trained judge reads: the only one, shared by training and judging.

Sections are tagged; the criterion is never cut, the instruction and the codes are cut fairly to a token budget. It
tokenises only through the tokenizer it is given and knows no model.
Paper: section 2.1 (the input of the pairwise classifier); the wording is ours.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import NamedTuple, Protocol

from codefavor.errors import ConfigError
from codefavor.pairs.comparison import Comparison, Side
from codefavor.record import content_digest

DEFAULT_MAX_LENGTH = 2048
"""The default maximum number of tokens of one input (paper: section A.2)."""


class Tokenizer(Protocol):
    """What is needed of a tokenizer: text to token ids and back."""

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        """Return the tokens of `text`."""

    def decode(self, token_ids: list[int]) -> str:
        """Return the text of `token_ids`."""


class Encoded(NamedTuple):
    """One input as token ids."""

    token_ids: list[int]
    """The tokens, at most as many as the limit."""
    truncated: bool
    """Whether anything was cut."""


class Candidate(NamedTuple):
    """One candidate as a reward judge reads it; equal candidates have equal scores."""

    token_ids: tuple[int, ...]
    """The tokens, at most as many as the limit: the criterion first, the code last."""
    criterion_length: int
    """How many of the first tokens are the criterion."""
    code_length: int
    """How many of the last tokens are the code."""


class OrderFreeTokens(NamedTuple):
    """A comparison as an order-free judge reads it: neither candidate sees the other."""

    head: tuple[int, ...]
    """Criterion and instruction, which both see."""
    code_a: tuple[int, ...]
    code_b: tuple[int, ...]
    question: tuple[int, ...]
    """What is asked of each candidate, up to where the answer begins."""


LETTER_QUESTION = "Which code is better by the criterion? Answer with one letter, A or B."
"""What a judge that answers with one token is asked."""


def joint_text(instruction: str, code_a: str, code_b: str, criterion: str, question: str = LETTER_QUESTION) -> str:
    """Return the message that shows both candidates and asks `question` about them."""
    return (
        f"<instruction>\n{instruction}\n</instruction>\n"
        f"<code_a>\n{code_a}\n</code_a>\n"
        f"<code_b>\n{code_b}\n</code_b>\n"
        f"<criterion>\n{criterion}\n</criterion>\n"
        f"{question}"
    )


def single_text(instruction: str | None, code: str, criterion: str) -> tuple[str, str, str]:
    """Return the text of one candidate for a reward judge in its parts: criterion, instruction (if read), code."""
    instruction_section = "" if instruction is None else f"<instruction>\n{instruction}\n</instruction>\n"
    return f"<criterion>\n{criterion}\n</criterion>\n", instruction_section, f"<code>\n{code}\n</code>"


FIRST_QUESTION = (
    "Which code is better by the criterion, the first or the second? Answer with A for the first, B for the second."
)
"""What an order-free judge is asked twice, once with each candidate as the first."""


def order_free_text(instruction: str, code: str, criterion: str) -> tuple[str, str]:
    """Return what an order-free judge reads before both candidates, and one candidate."""
    head = f"<criterion>\n{criterion}\n</criterion>\n<instruction>\n{instruction}\n</instruction>\n"
    return head, f"<code>\n{code}\n</code>\n"


JOINT_FORMAT = content_digest(joint_text("{instruction}", "{code_a}", "{code_b}", "{criterion}"))
ORDER_FREE_FORMAT = content_digest([*order_free_text("{instruction}", "{code}", "{criterion}"), FIRST_QUESTION])
SINGLE_FORMAT = content_digest(single_text("{instruction}", "{code}", "{criterion}"))


def encode_joint(
    comparison: Comparison,
    chat: Callable[[str], str],
    tokenizer: Tokenizer,
    max_length: int,
    question: str = LETTER_QUESTION,
) -> Encoded:
    """Return both candidates in the order shown as one input; `chat` wraps the message in the model's chat template.

    Raises:
        ConfigError: the criterion alone does not fit.
    """

    def render(parts: Sequence[str]) -> tuple[str]:
        instruction, code_a, code_b = parts
        return (chat(joint_text(instruction, code_a, code_b, comparison.criterion.text, question)),)

    parts = (comparison.instruction, comparison.code_a, comparison.code_b)
    return _encode_parts(render, parts, tokenizer, max_length)[0]


def encode_single(
    comparison: Comparison, side: Side, tokenizer: Tokenizer, max_length: int, *, instruction: bool = True
) -> tuple[Candidate, bool]:
    """Return one candidate of a comparison as an input that does not depend on the other, and whether it was cut.

    Raises:
        ConfigError: the criterion alone does not fit.
    """
    code = comparison.code_a if side == "A" else comparison.code_b
    parts = (comparison.instruction, code) if instruction else (code,)

    def render(parts: Sequence[str]) -> tuple[str, ...]:
        return single_text(parts[0] if instruction else None, parts[-1], comparison.criterion.text)

    encoded, lengths = _encode_parts(render, parts, tokenizer, max_length)
    return Candidate(tuple(encoded.token_ids), lengths[0], lengths[-1]), encoded.truncated


def encode_order_free(
    comparison: Comparison, chat: Callable[[str], str], tokenizer: Tokenizer, max_length: int
) -> tuple[OrderFreeTokens, bool]:
    """Return a comparison for an order-free judge, and whether something was cut; `chat` wraps a message.

    Raises:
        ConfigError: the criterion alone does not fit, or the chat template changes the message.
    """
    opening, found, closing = chat(FIRST_QUESTION).partition(FIRST_QUESTION)
    if not found:
        raise ConfigError("the chat template rewrites messages, so candidates cannot be put into one side by side")

    def render(parts: Sequence[str]) -> tuple[str, ...]:
        instruction, *codes = parts
        (head, code_a), (_, code_b) = (order_free_text(instruction, code, comparison.criterion.text) for code in codes)
        return opening + head, code_a, code_b, FIRST_QUESTION + closing

    parts = (comparison.instruction, comparison.code_a, comparison.code_b)
    encoded, lengths = _encode_parts(render, parts, tokenizer, max_length)
    ends = list(accumulate(lengths))
    pieces = [tuple(encoded.token_ids[end - length : end]) for end, length in zip(ends, lengths, strict=True)]
    return OrderFreeTokens(*pieces), encoded.truncated


def _encode_parts(
    render: Callable[[Sequence[str]], tuple[str, ...]], parts: Sequence[str], tokenizer: Tokenizer, max_length: int
) -> tuple[Encoded, list[int]]:
    """Return what `render` makes of `parts`, cut to fit, and the tokens of each section that it renders."""

    def encode(texts: Sequence[str]) -> list[list[int]]:
        return [tokenizer.encode(section, add_special_tokens=False) for section in render(texts)]

    sections = encode(parts)
    if (length := sum(map(len, sections))) <= max_length:
        return Encoded(sum(sections, []), truncated=False), list(map(len, sections))
    tokens = [tokenizer.encode(part, add_special_tokens=False) for part in parts]
    budget = max_length - (length - sum(map(len, tokens)))
    while budget > 0:
        level = fair_level([len(part) for part in tokens], budget)
        pieces = zip(parts, tokens, strict=True)
        sections = encode([part if len(ids) <= level else tokenizer.decode(ids[:level]) for part, ids in pieces])
        if (length := sum(map(len, sections))) <= max_length:
            return Encoded(sum(sections, []), truncated=True), list(map(len, sections))
        # A cut text may split into more tokens than were kept of it: take the excess off and try again.
        budget -= length - max_length
    raise ConfigError(f"max_length {max_length} is too small for the criterion and some code; raise it")


def fair_level(lengths: Sequence[int], budget: int) -> int:
    """Return the greatest level such that parts cut to it fit into `budget` together; shorter parts stay whole."""
    remaining = budget
    for position, length in enumerate(sorted(lengths)):
        share = remaining // (len(lengths) - position)
        if length > share:
            return share
        remaining -= length
    return max(lengths, default=0)
