"""Pairs as training examples: token rows with the answer, and a count of what was cut.

No torch here; the objectives decide what a row is scored with.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from codefavor.errors import DataError
from codefavor.judges.format import Candidate, Encoded, OrderFreeTokens
from codefavor.pairs.comparison import Comparison, Side, other_side
from codefavor.pairs.pair import PreferencePair

_SIDES: tuple[Side, Side] = ("A", "B")


class Example(Protocol):
    """One answer to learn."""

    siblings: ClassVar[int]
    """How many examples a pair makes. They follow each other and are always read in one pass: they share a prefix."""

    @property
    def length(self) -> int:
        """The tokens of its longest row."""


@dataclass(frozen=True)
class JointExample:
    """Both candidates in one row, and which is better."""

    siblings: ClassVar[int] = 2

    token_ids: list[int]
    """The row, up to where the answer begins."""
    label: Side
    """The answer."""

    @property
    def length(self) -> int:
        """The tokens of the row."""
        return len(self.token_ids)


@dataclass(frozen=True)
class SingleExample:
    """Two candidates, each by itself."""

    siblings: ClassVar[int] = 1

    chosen: Candidate
    """The better one."""
    rejected: Candidate
    """The worse one."""

    @property
    def length(self) -> int:
        """The tokens of the longer row."""
        return max(len(self.chosen.token_ids), len(self.rejected.token_ids))


@dataclass(frozen=True)
class ReplyExample:
    """Both candidates in one row, followed by the reply to learn."""

    siblings: ClassVar[int] = 2

    prompt: list[int]
    """The row up to where the reply begins."""
    reply: list[int]
    """The reply with the end of the turn; the loss sees nothing else."""
    first_difference: int
    """The first place where the reply differs from the same reply for the other side."""
    other: int
    """The token that stands there in that other reply."""

    @property
    def length(self) -> int:
        """The tokens of the row."""
        return len(self.prompt) + len(self.reply)


@dataclass(frozen=True)
class OrderFreeExample:
    """Both candidates side by side, the chosen one in the place of A."""

    tokens: OrderFreeTokens
    """The comparison."""

    siblings: ClassVar[int] = 1

    @property
    def length(self) -> int:
        """The tokens that are read."""
        return len(self.tokens.head) + len(self.tokens.code_a) + len(self.tokens.code_b) + 2 * len(self.tokens.question)


ExampleT = TypeVar("ExampleT", bound=Example)


@dataclass(frozen=True)
class ExampleSet(Generic[ExampleT]):
    """All examples of a run."""

    examples: tuple[ExampleT, ...]
    """The examples."""
    pairs: int
    """The pairs behind the examples."""
    truncated: int
    """The pairs of which something was cut to fit."""


def joint_examples(
    pairs: Iterable[PreferencePair], encode: Callable[[Comparison], Encoded]
) -> ExampleSet[JointExample]:
    """Return two examples a pair, one in each order, that show both candidates (paper: section 2.1).

    Raises:
        DataError: there are no pairs.
    """

    def examples_of(pair: PreferencePair) -> tuple[list[JointExample], bool]:
        presented = [pair.present(side) for side in _SIDES]
        encoded = [encode(labelled.comparison) for labelled in presented]
        made = [JointExample(one.token_ids, labelled.label) for labelled, one in zip(presented, encoded, strict=True)]
        return made, any(one.truncated for one in encoded)

    return _collect(pairs, examples_of)


def reply_examples(
    pairs: Iterable[PreferencePair],
    encode: Callable[[Comparison], Encoded],
    encode_reply: Callable[[str | None, Side], tuple[list[int], bool]],
) -> ExampleSet[ReplyExample]:
    """Return two examples a pair, one in each order, that end in its feedback and the result line.

    `encode_reply` returns a pair's feedback as a reply that prefers the side of the chosen code, and whether it was
    cut. A pair without feedback has the result line alone.

    Raises:
        DataError: there are no pairs.
    """

    def examples_of(pair: PreferencePair) -> tuple[list[ReplyExample], bool]:
        replies = {side: encode_reply(pair.feedback, side) for side in _SIDES}
        encoded = [encode(pair.present(side).comparison) for side in _SIDES]
        made = [
            _reply_example(one.token_ids, replies[side][0], replies[other_side(side)][0])
            for side, one in zip(_SIDES, encoded, strict=True)
        ]
        return made, any(one.truncated for one in encoded) or any(cut for _, cut in replies.values())

    return _collect(pairs, examples_of)


def _reply_example(prompt: list[int], reply: list[int], other: list[int]) -> ReplyExample:
    first_difference = next(place for place, (one, two) in enumerate(zip(reply, other, strict=False)) if one != two)
    return ReplyExample(prompt, reply, first_difference, other[first_difference])


def single_examples(
    pairs: Iterable[PreferencePair],
    encode: Callable[[Comparison, Side], tuple[Candidate, bool]],
) -> ExampleSet[SingleExample]:
    """Return one example a pair: the chosen and the rejected code, each by itself.

    Raises:
        DataError: there are no pairs.
    """

    def examples_of(pair: PreferencePair) -> tuple[list[SingleExample], bool]:
        comparison = pair.present("A").comparison
        (chosen, chosen_cut), (rejected, rejected_cut) = encode(comparison, "A"), encode(comparison, "B")
        return [SingleExample(chosen, rejected)], chosen_cut or rejected_cut

    return _collect(pairs, examples_of)


def order_free_examples(
    pairs: Iterable[PreferencePair],
    encode: Callable[[Comparison], tuple[OrderFreeTokens, bool]],
) -> ExampleSet[OrderFreeExample]:
    """Return one example a pair for an order-free judge.

    Raises:
        DataError: there are no pairs.
    """

    def examples_of(pair: PreferencePair) -> tuple[list[OrderFreeExample], bool]:
        tokens, cut = encode(pair.present("A").comparison)
        return [OrderFreeExample(tokens)], cut

    return _collect(pairs, examples_of)


def _collect(
    pairs: Iterable[PreferencePair],
    examples_of: Callable[[PreferencePair], tuple[list[ExampleT], bool]],
) -> ExampleSet[ExampleT]:
    examples: list[ExampleT] = []
    count = truncated = 0
    for pair in pairs:
        made, cut = examples_of(pair)
        examples += made
        count += 1
        truncated += cut
    if not examples:
        raise DataError("there is no pair to train on; make some with `codefavor evolve`, or check the --pairs files")
    return ExampleSet(tuple(examples), count, truncated)
