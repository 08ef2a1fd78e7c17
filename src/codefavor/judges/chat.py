"""The chat judge: any chat model asked which of two codes is better.

Decoding is greedy. Every answer is written to a file before it counts, so that a run that is killed or repeated pays
for nothing twice. Prompts and patterns are in `codefavor.judges.chat_format`.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing

from codefavor.errors import CodeFavorError, ModelError
from codefavor.judges.chat_config import ChatJudgeConfig, ChatJudgeSpec
from codefavor.judges.chat_format import (
    NEITHER,
    Reading,
    feedback_prompt,
    letter_prompt,
    probability_of_a,
    read_answer,
    repair_prompt,
    trained_prompt,
)
from codefavor.judges.probability import verdict_from
from codefavor.llm import batch
from codefavor.llm.answers import AnswerFile
from codefavor.llm.cached import Cached
from codefavor.llm.load import load_model, load_price
from codefavor.llm.prices import Price
from codefavor.llm.protocol import ChatModel, Completion, GenerationConfig
from codefavor.llm.rate_limit import RateLimit
from codefavor.llm.rate_limited_model import RateLimitedModel
from codefavor.llm.usage_budget import UsageBudget
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict

_OUTAGE = 4
"""So many comparisons, all of them failed, are an outage and no verdicts."""
_LETTERS = GenerationConfig(max_tokens=4, top_logprobs=20)
_REPAIR = GenerationConfig(max_tokens=64)


class ChatJudge:
    """Asks a chat model; undecided, with the reason, where it fails or names no better code."""

    def __init__(self, spec: ChatJudgeSpec, model: ChatModel, price: Price | None) -> None:
        """Judge with `model`, at `price`, None being not known.

        Raises:
            ConfigError: there is a budget and the price is not known.
        """
        self.name = spec.config.name
        self._config = spec.config
        self._answers = spec.answers
        self.meter = UsageBudget(spec.budget_usd)
        self._price = price
        self._bare = model
        # Refuses a budget without a price now and not when the first answer is asked for.
        RateLimitedModel(model, RateLimit(spec.config.limits), self.meter, price)

    @classmethod
    def load(cls, spec: ChatJudgeSpec) -> "ChatJudge":
        """Return the judge that `spec` describes; nothing is sent yet.

        Raises:
            ConfigError: the model id, a key or a base URL is wrong or missing.
            MissingExtraError: the provider needs a package that is not installed.
        """
        return cls(spec, load_model(spec.config.model, spec.config.base_urls), known_price(spec.config))

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order.

        Seconds are those of the whole call, shared out evenly; answers kept from before take next to none. Tokens and
        dollars are what an answer takes when it is asked for, whether it was kept or not.

        Raises:
            BudgetExceeded: the budget is spent; what was answered is kept for the next run.
            ModelError: nothing was answered: an outage, or a wrong key.
            DataError: the file of answers is damaged.
        """
        started = time.perf_counter()
        with AnswerFile(self._answers) as answers:
            outcomes = asyncio.run(self._judge_all(comparisons, answers))
        failures = [outcome for outcome in outcomes if isinstance(outcome, CodeFavorError)]
        if failures and (len(failures) == len(comparisons) >= _OUTAGE):
            raise ModelError(f"{self.name}: none of {len(comparisons)} comparisons was answered: {failures[0]}")
        seconds = Cost(seconds=(time.perf_counter() - started) / max(1, len(comparisons)))
        return [
            self._verdict(comparison, outcome, seconds)
            for comparison, outcome in zip(comparisons, outcomes, strict=True)
        ]

    async def _judge_all(self, comparisons: Sequence[Comparison], answers: AnswerFile) -> list[Verdict | ModelError]:
        # Locks and windows belong to an event loop, so the layers are built for each one; the meter counts on.
        limits = self._config.limits
        model = Cached(RateLimitedModel(self._bare, RateLimit(limits), self.meter, self._price), answers)
        outcomes: list[Verdict | ModelError] = []
        try:
            flow = batch.run(
                comparisons, lambda comparison: self._ask(model, comparison), limits.concurrency, ordered=True
            )
            async with aclosing(flow):
                async for outcome in flow:
                    if isinstance(outcome, batch.Done):
                        outcomes.append(outcome.value)
                    elif isinstance(outcome.error, ModelError):
                        outcomes.append(outcome.error)
                    else:
                        raise outcome.error
        finally:
            await model.aclose()
        return outcomes

    async def _ask(self, model: ChatModel, comparison: Comparison) -> Verdict:
        if self._config.answer != "feedback":
            prompt = letter_prompt(comparison) if self._config.answer == "logprobs" else trained_prompt(comparison)
            return self._of_letters(comparison, await model.complete(prompt, _LETTERS))
        messages = feedback_prompt(comparison)
        completion = await model.complete(messages, GenerationConfig(max_tokens=self._config.max_tokens))
        reading, cost = read_answer(completion.text), self._cost(completion)
        if self._config.repair and reading.choice is None and reading.undecided != NEITHER:
            repaired = await model.complete(repair_prompt(messages, completion.text), _REPAIR)
            cost = cost.plus(self._cost(repaired))
            again = read_answer(repaired.text)
            reading = again.model_copy(update={"feedback": reading.feedback})
        return self._of_reading(comparison, reading, completion, cost)

    def _of_reading(self, comparison: Comparison, reading: Reading, completion: Completion, cost: Cost) -> Verdict:
        reason = reading.undecided
        if reason and completion.finish == "length":
            reason = f"{reason} (cut at {self._config.max_tokens} tokens)"
        return Verdict(
            comparison=comparison.digest(),
            judge=self.name,
            choice=reading.choice,
            feedback=reading.feedback,
            undecided=reason,
            cost=cost,
        )

    def _of_letters(self, comparison: Comparison, completion: Completion) -> Verdict:
        prob_a = probability_of_a(completion)
        if prob_a is not None:
            return verdict_from(prob_a, comparison, self.name, self._cost(completion))
        reason = f"the model answers {completion.text.strip()[:40]!r}, neither A nor B"
        return Verdict(
            comparison=comparison.digest(), judge=self.name, choice=None, undecided=reason, cost=self._cost(completion)
        )

    def _cost(self, completion: Completion) -> Cost:
        usage = completion.usage
        dollars = self._price.cost(usage.input_tokens, usage.output_tokens) if self._price else 0.0
        return Cost(seconds=0.0, input_tokens=usage.input_tokens, output_tokens=usage.output_tokens, dollars=dollars)

    def _verdict(self, comparison: Comparison, outcome: Verdict | ModelError, seconds: Cost) -> Verdict:
        if isinstance(outcome, ModelError):
            return Verdict(
                comparison=comparison.digest(),
                judge=self.name,
                choice=None,
                undecided=f"no answer: {outcome}",
                cost=seconds,
            )
        return outcome.model_copy(update={"cost": outcome.cost.plus(seconds) if outcome.cost else seconds})


def known_price(config: ChatJudgeConfig) -> Price | None:
    """Return the price in the configuration, else that of the shipped list, else None.

    Raises:
        ConfigError: the model id has no known provider.
    """
    return config.price or load_price(config.model)
