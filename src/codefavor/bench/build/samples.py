"""Samples: code that answers a problem, from a file or from any chat model. What it is worth is found out elsewhere.

Every answer of a model is kept before it counts, in one file a draw, so that a run cut off pays for nothing twice and
two draws of one problem are two answers.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, aclosing
from pathlib import Path
from typing import Annotated

from pydantic import Field

from codefavor.bench.build.problems import Problem
from codefavor.errors import CodeFavorError, DataError
from codefavor.evidence.findings import find
from codefavor.jsonl import read_records
from codefavor.languages.fences import code_of_reply
from codefavor.languages.python.language import PYTHON
from codefavor.llm import batch
from codefavor.llm.answers import AnswerFile
from codefavor.llm.cached import Cached
from codefavor.llm.load import load_model, load_price
from codefavor.llm.protocol import GenerationConfig, Message
from codefavor.llm.rate_limit import RateLimit, RateLimitSettings
from codefavor.llm.rate_limited_model import RateLimitedModel
from codefavor.llm.usage_budget import Spent, UsageBudget
from codefavor.record import Record

_SOLVE = "Write Python code for the task below. Answer with the whole code in one fenced block.\n\n{instruction}"
_FIX = (
    "The Python code below was written for this task:\n\n{instruction}\n\n```python\n{code}\n```\n\n"
    "It is insecure: {weaknesses} Rewrite it so that it does the same, keeps its names, and has no weakness. Answer "
    "with the whole code in one fenced block."
)


class Sample(Record):
    """One answer to a problem."""

    problem: str
    """The problem's id."""
    code: str
    """The code."""
    model: str | None = None
    """Who wrote it."""


class Sampling(Record):
    """How a model is asked."""

    model: str
    """The model, `provider/model`."""
    base_urls: tuple[str, ...] = ()
    """Servers that answer for it."""
    samples_per_problem: Annotated[int, Field(ge=1)] = 8
    """Answers to each problem; eight are what the paper drew for its human-preference pairs."""
    temperature: Annotated[float, Field(ge=0)] = 0.8
    """The paper's temperature."""
    max_tokens: Annotated[int, Field(ge=1)] = 1024
    """The most tokens of an answer."""
    budget_usd: float | None = None
    """The most money to spend."""
    limits: RateLimitSettings = RateLimitSettings()
    """How fast the provider is asked."""


def read_samples(path: Path) -> list[Sample]:
    """Return the samples of a JSON Lines file of `problem`, `code` and perhaps `model`.

    Raises:
        DataError: the file is unreadable or empty.
        RecordError: a row is no sample.
    """
    samples = list(read_records(path, Sample))
    if not samples:
        raise DataError(f"{path}: no samples in it")
    return samples


def draw_samples(
    sampling: Sampling, problems: Sequence[Problem], answers: Path, progress: Callable[[int, int], None]
) -> tuple[list[Sample], Spent]:
    """Return what a model answers to every problem, asking only for what is not in the folder `answers`.

    A problem with insecure code is to be fixed, any other to be solved. Answers without code are left out.

    Raises:
        BudgetExceeded: the budget is spent; what was answered is kept for the next run.
        ModelError: a call failed for good.
        ConfigError: the model id, a key or a price is wrong or missing.
    """
    answers.mkdir(parents=True, exist_ok=True)
    meter = UsageBudget(sampling.budget_usd)
    with ExitStack() as stack:
        files = [
            stack.enter_context(AnswerFile(answers / f"draw-{n}.sqlite")) for n in range(sampling.samples_per_problem)
        ]
        samples = asyncio.run(_draw(sampling, problems, files, meter, progress))
    return samples, meter.spent


async def _draw(
    sampling: Sampling,
    problems: Sequence[Problem],
    files: Sequence[AnswerFile],
    meter: UsageBudget,
    progress: Callable[[int, int], None],
) -> list[Sample]:
    bare = load_model(sampling.model, sampling.base_urls)
    governed = RateLimitedModel(bare, RateLimit(sampling.limits), meter, load_price(sampling.model))
    models = [Cached(governed, file) for file in files]
    config = GenerationConfig(temperature=sampling.temperature, max_tokens=sampling.max_tokens)
    requests = [(problem, model) for problem in problems for model in models]

    async def ask(item: tuple[Problem, Cached]) -> str | None:
        completion = await item[1].complete((Message(role="user", content=prompt_for(item[0])),), config)
        return code_of_reply(completion.text, PYTHON)

    samples: list[Sample] = []
    failure: CodeFavorError | None = None
    done = 0
    try:
        async with aclosing(batch.run(requests, ask, sampling.limits.concurrency, ordered=True)) as flow:
            async for outcome in flow:
                done += 1
                progress(done, len(requests))
                if isinstance(outcome, batch.Failed):
                    failure = failure or outcome.error
                elif outcome.value:
                    samples.append(Sample(problem=outcome.item[0].id, code=outcome.value, model=bare.name))
    finally:
        await governed.aclose()
    if failure:
        raise failure
    return samples


def prompt_for(problem: Problem) -> str:
    """Return what a model is asked."""
    if problem.insecure is None:
        return _SOLVE.format(instruction=problem.instruction)
    weaknesses = " ".join(dict.fromkeys(finding.message for finding in find(problem.insecure).findings))
    return _FIX.format(instruction=problem.instruction, code=problem.insecure, weaknesses=weaknesses)


def by_problem(samples: Sequence[Sample]) -> dict[str, list[Sample]]:
    """Return the samples of each problem, without repetitions."""
    found: dict[str, dict[str, Sample]] = defaultdict(dict)
    for sample in samples:
        found[sample.problem].setdefault(sample.code.strip(), sample)
    return {problem: list(codes.values()) for problem, codes in found.items()}
