"""A language model that was never trained to judge: the candidate to which it gives the higher probability is better.

P(A) is the logistic function of log P(code A | instruction) - log P(code B | instruction), sums over the tokens of each
code as the assistant's reply, its end included. The criterion is not read. The order of the candidates cannot matter,
and a prompt that several candidates answer is read once.
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

_MAX_LOGITS = 2**25
"""Logits of one batch, 128 MiB: every token of a code goes through the output layer here."""


class Replies(NamedTuple):
    """Codes that answer the same, read together."""

    head: Tokens
    """The prompt, up to where the code begins."""
    codes: tuple[Tokens, ...]

    @property
    def tokens(self) -> int:
        """The tokens that are read."""
        return len(self.head) + sum(map(len, self.codes))


class ReplyInput:
    """Comparisons as a prompt and two replies to it."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        """Read at most `max_length` tokens of a prompt with a reply; the prompt may take half of them."""
        self._tokenizer = tokenizer
        self._max_length = max_length

    def encode(self, comparison: Comparison) -> tuple[Tokens, Tokens, Tokens]:
        """Return the prompt, code A and code B."""
        prompt = f"{comparison.instruction}\n\nAnswer with the code alone."
        prompt = chat_prompt(self._tokenizer, prompt) if self._tokenizer.chat_template else f"{prompt}\n\n"
        # The end of the prompt leads to the code: a prompt too long loses its beginning.
        head = self._tokens(f"{prompt}```{comparison.language}\n")[-(self._max_length // 2) :]
        remaining = self._max_length - len(head)
        code_a, code_b = (self._tokens(f"{code}\n```")[:remaining] for code in (comparison.code_a, comparison.code_b))
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
            ConfigError: the precision is not available here.
        """
        keep_freed_memory()
        folder = resolve_model(model)
        weights = in_precision(load_weights(folder, "causal"), precision, output_layer=True)
        prefix = "" if precision == "fp32" else f"{precision}:"
        return cls(f"{prefix}likelihood:{model}", weights, ReplyInput(load_tokenizer(folder), DEFAULT_MAX_LENGTH))

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order."""
        encoded = [self._inputs.encode(comparison) for comparison in comparisons]
        codes: dict[Tokens, dict[Tokens, None]] = {}
        for head, code_a, code_b in encoded:
            codes.setdefault(head, {}).update({code_a: None, code_b: None})
        device = self._model.device
        max_tokens = min(batch_tokens(device), _MAX_LOGITS // self._model.config.vocab_size)
        replies = [part for head, distinct in codes.items() for part in _split(head, list(distinct), max_tokens)]
        batches = list(batches_of(sorted(replies, key=lambda part: -part.tokens), max_tokens))
        found: dict[tuple[Tokens, Tokens], float] = {}
        seconds = 0.0
        for batch, answered in read_side_by_side(batches, partial(log_likelihoods, self._model), device):
            places = [(part.head, code) for part in batch for code in part.codes]
            found.update(zip(places, answered.answers, strict=True))
            seconds += answered.seconds
        verdicts = []
        for comparison, (head, code_a, code_b) in zip(comparisons, encoded, strict=True):
            tokens = len(head) + len(code_a) + len(code_b)
            cost = Cost(seconds=seconds / len(comparisons), input_tokens=tokens, output_tokens=0)
            prob_a = antisymmetric_sigmoid(found[head, code_a] - found[head, code_b])
            verdicts.append(verdict_from(prob_a, comparison, self.name, cost))
        return verdicts


def log_likelihoods(model: PreTrainedModel, batch: Sequence[Replies]) -> list[float]:
    """Return log P(code | head) of every code in turn, sums over its tokens; `model` reads by segments."""
    flat = flatten([_tree(replies) for replies in batch])
    codes = [code for replies in batch for code in replies.codes]
    places: list[int] = []
    for replies, ends in zip(batch, flat.ends, strict=True):
        for code, end in zip(replies.codes, ends[1:], strict=True):
            # The first token of a code is predicted at the end of the head, every other one at the token before it.
            places += [ends[0] - 1, *range(end - len(code), end - 1)]
    targets = torch.tensor([token for code in codes for token in code], device=model.device)
    losses = cross_entropy(logits_at(model, flat, places), targets, reduction="none")
    return [-float(part.sum()) for part in torch.split(losses, [len(code) for code in codes])]


def _tree(replies: Replies) -> tuple[Segment, ...]:
    start = len(replies.head)
    return Segment(replies.head), *(Segment(code, start, (View(0),)) for code in replies.codes)


def _split(head: Tokens, codes: Sequence[Tokens], max_tokens: int) -> Iterator[Replies]:
    """Yield the codes with their head in parts of at most `max_tokens` tokens, or of one code."""
    part: list[Tokens] = []
    for code in codes:
        if part and len(head) + sum(map(len, part)) + len(code) > max_tokens:
            yield Replies(head, tuple(part))
            part = []
        part.append(code)
    yield Replies(head, tuple(part))
