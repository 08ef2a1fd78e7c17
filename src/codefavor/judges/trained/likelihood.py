"""A language model that was never trained to judge: the candidate is better that it would rather have written itself.

P(A) is the logistic function of log P(code A | instruction) - log P(code B | instruction), sums over the tokens of each
code as the assistant's reply, its end included. The criterion is not read. The order shown cannot matter, and what
several candidates answer is read once.
Source: reranking by likelihood, as in Chen et al. 2021, "Evaluating Large Language Models Trained on Code" (section
3.3); that code with faults is less likely: Ray et al. 2016, "On the 'Naturalness' of Buggy Code".
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple, Self

import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.judges.format import DEFAULT_MAX_LENGTH
from codefavor.judges.probability import antisymmetric_sigmoid, verdict_from
from codefavor.models.embedded import resolve_model
from codefavor.models.parallel_inference import batch_tokens, read_side_by_side
from codefavor.models.precision import Precision, in_precision, keep_freed_memory
from codefavor.models.prefix_tree import Segment, View, batches_of, flatten
from codefavor.models.pretrained import chat_prompt, load_tokenizer, load_weights
from codefavor.models.segment_attention import logits_at, read_by_segments
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict

Tokens = tuple[int, ...]

_MOST_LOGITS = 2**25
"""Logits of one batch, 128 MiB: every token of a code goes through the output layer here."""


class Replies(NamedTuple):
    """Codes that answer the same, read together."""

    head: Tokens
    """What is asked, up to where the code begins."""
    codes: tuple[Tokens, ...]

    @property
    def tokens(self) -> int:
        """The tokens that are read."""
        return len(self.head) + sum(map(len, self.codes))


class ReplyInput:
    """Comparisons as what is asked, and two replies to it."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        """Read at most `max_length` tokens of a reply with what is asked, of that at most a half."""
        self._tokenizer = tokenizer
        self._max_length = max_length

    def encode(self, shown: Comparison) -> tuple[Tokens, Tokens, Tokens]:
        """Return what is asked, code A and code B."""
        asked = f"{shown.instruction}\n\nAnswer with the code alone."
        asked = chat_prompt(self._tokenizer, asked) if self._tokenizer.chat_template else f"{asked}\n\n"
        # Its end is what a code is asked by: a head too long loses its beginning.
        head = self._tokens(f"{asked}```{shown.language}\n")[-(self._max_length // 2) :]
        room = self._max_length - len(head)
        code_a, code_b = (self._tokens(f"{code}\n```")[:room] for code in (shown.code_a, shown.code_b))
        return head, code_a, code_b

    def _tokens(self, text: str) -> Tokens:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False))


class LikelihoodJudge:
    """Answers with the likelier candidate."""

    order_invariant = True

    def __init__(self, name: str, model: PreTrainedModel, inputs: ReplyInput) -> None:
        """Judge with `model`, a causal language model with its whole output layer."""
        self.name = name
        model.eval()  # type: ignore[no-untyped-call]
        self._model = read_by_segments(model)
        self._inputs = inputs

    @classmethod
    def load(cls, model: str, precision: Precision = "fp32") -> Self:
        """Return the judge made of "embedded", a folder or a hub id.

        Raises:
            ModelError: there is no such model.
            ConfigError: the precision cannot be had here.
        """
        keep_freed_memory()
        folder = resolve_model(model)
        weights = in_precision(load_weights(folder, "causal"), precision, output_layer=True)
        prefix = "" if precision == "fp32" else f"{precision}:"
        return cls(f"{prefix}likelihood:{model}", weights, ReplyInput(load_tokenizer(folder), DEFAULT_MAX_LENGTH))

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order."""
        asked = [self._inputs.encode(shown) for shown in comparisons]
        codes: dict[Tokens, dict[Tokens, None]] = {}
        for head, code_a, code_b in asked:
            codes.setdefault(head, {}).update({code_a: None, code_b: None})
        device = self._model.device
        most = min(batch_tokens(device), _MOST_LOGITS // self._model.config.vocab_size)
        replies = [each for head, different in codes.items() for each in _parted(head, list(different), most)]
        batches = list(batches_of(sorted(replies, key=lambda each: -each.tokens), most))
        found: dict[tuple[Tokens, Tokens], float] = {}
        seconds = 0.0
        for batch, answered in read_side_by_side(batches, partial(log_likelihoods, self._model), device):
            places = [(each.head, code) for each in batch for code in each.codes]
            found.update(zip(places, answered.answers, strict=True))
            seconds += answered.seconds
        verdicts = []
        for shown, (head, code_a, code_b) in zip(comparisons, asked, strict=True):
            tokens = len(head) + len(code_a) + len(code_b)
            cost = Cost(seconds=seconds / len(comparisons), input_tokens=tokens, output_tokens=0)
            prob_a = antisymmetric_sigmoid(found[head, code_a] - found[head, code_b])
            verdicts.append(verdict_from(prob_a, shown, self.name, cost))
        return verdicts


def log_likelihoods(model: PreTrainedModel, batch: Sequence[Replies]) -> list[float]:
    """Return log P(code | head) of every code in turn, sums over its tokens; `model` reads by segments."""
    flat = flatten([_tree(each) for each in batch])
    codes = [code for each in batch for code in each.codes]
    places: list[int] = []
    for each, ends in zip(batch, flat.ends, strict=True):
        for code, end in zip(each.codes, ends[1:], strict=True):
            # The first token of a code is foretold at the end of the head, each other one at the one before it.
            places += [ends[0] - 1, *range(end - len(code), end - 1)]
    targets = torch.tensor([token for code in codes for token in code], device=model.device)
    lost = cross_entropy(logits_at(model, flat, places), targets, reduction="none")
    return [-float(part.sum()) for part in torch.split(lost, [len(code) for code in codes])]


def _tree(replies: Replies) -> tuple[Segment, ...]:
    start = len(replies.head)
    return Segment(replies.head), *(Segment(code, start, (View(0),)) for code in replies.codes)


def _parted(head: Tokens, codes: Sequence[Tokens], most: int) -> Iterator[Replies]:
    """Yield the codes with their head in parts of at most `most` tokens, or of one code."""
    part: list[Tokens] = []
    for code in codes:
        if part and len(head) + sum(map(len, part)) + len(code) > most:
            yield Replies(head, tuple(part))
            part = []
        part.append(code)
    yield Replies(head, tuple(part))
