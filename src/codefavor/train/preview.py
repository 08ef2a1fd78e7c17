"""How an objective tokenizes a pair: its rows as text, with the tokens of the loss marked.

It trains nothing and loads no weights; the tokens are those of the run.
"""

from collections.abc import Sequence
from typing import TypeAlias

from transformers import PreTrainedTokenizerBase

from codefavor.judges.format import Candidate
from codefavor.models.pretrained import verdict_tokens
from codefavor.record import Record
from codefavor.train.config import RewardConfig, StepsConfig
from codefavor.train.examples import JointExample, OrderFreeExample, ReplyExample, SingleExample

Example: TypeAlias = OrderFreeExample | JointExample | ReplyExample | SingleExample


class PreviewPart(Record):
    """A run of tokens that the loss sees or does not."""

    text: str
    """The text of the tokens, special tokens included."""
    tokens: int
    """How many they are."""
    in_loss: bool
    """Whether the loss is taken at these tokens."""


class PreviewRow(Record):
    """One row of tokens."""

    title: str
    """Which of the pair's rows it is."""
    parts: tuple[PreviewPart, ...]
    """Its tokens in their order."""

    @property
    def tokens(self) -> int:
        """All tokens of the row."""
        return sum(part.tokens for part in self.parts)

    @property
    def in_loss(self) -> int:
        """The tokens that the loss is taken at."""
        return sum(part.tokens for part in self.parts if part.in_loss)


def preview(
    examples: Sequence[Example], config: StepsConfig, tokenizer: PreTrainedTokenizerBase
) -> tuple[PreviewRow, ...]:
    """Return the rows of one pair's examples: both orders, or the chosen and the rejected code."""
    rows: list[PreviewRow] = []
    for example, better in zip(examples, "AB", strict=False):
        match example:
            case JointExample():
                answer = verdict_tokens(tokenizer)["AB".index(example.label)]
                rows.append(_joint(f"{example.label} is better", example.token_ids, [answer], tokenizer))
            case OrderFreeExample(tokens):
                read = [*tokens.head, *tokens.code_a, *tokens.code_b, *tokens.question]
                rows.append(
                    _joint("chosen first, and the other way round", read, [verdict_tokens(tokenizer)[0]], tokenizer)
                )
            case ReplyExample():
                rows.append(_joint(f"{better} is better", example.prompt, example.reply, tokenizer))
            case SingleExample():
                rows.append(_single("chosen", example.chosen, config, tokenizer))
                rows.append(_single("rejected", example.rejected, config, tokenizer))
    return tuple(rows)


def _joint(title: str, read: list[int], in_loss: list[int], tokenizer: PreTrainedTokenizerBase) -> PreviewRow:
    return PreviewRow(title=title, parts=(_part(read, False, tokenizer), _part(in_loss, True, tokenizer)))


def _single(title: str, candidate: Candidate, config: StepsConfig, tokenizer: PreTrainedTokenizerBase) -> PreviewRow:
    """Mark where the score is read: it has no token to predict, but a place it is taken from."""
    by_last = isinstance(config, RewardConfig) and config.readout == "last"
    scored = 1 if by_last else candidate.code_length
    ids = list(candidate.token_ids)
    return PreviewRow(
        title=title, parts=(_part(ids[:-scored], False, tokenizer), _part(ids[-scored:], True, tokenizer))
    )


def _part(token_ids: list[int], in_loss: bool, tokenizer: PreTrainedTokenizerBase) -> PreviewPart:
    return PreviewPart(text=str(tokenizer.decode(token_ids)), tokens=len(token_ids), in_loss=in_loss)
