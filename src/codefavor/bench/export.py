"""Writes a task set for other evaluation frameworks: lm-evaluation-harness (EleutherAI) and Inspect (UK AISI).

Both ask what a chat judge asks, in both orders, and score with `codefavor.bench.external_harness`; so codefavor must be
installed beside the framework. Nothing is run here, and no framework is imported.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from codefavor.atomic import write_text, writing_to
from codefavor.bench.external_harness import MAX_TOKENS, METRICS, ROWS_FILE, prompts_of
from codefavor.bench.tasks import TaskSet
from codefavor.jsonl import write_records
from codefavor.runs.run_folder import require_new

Framework = Literal["lm-eval", "inspect"]

_LM_EVAL_TASK = """\
# Written by `codefavor bench export`; codefavor must be installed beside lm-evaluation-harness.
task: {name}
custom_dataset: !function utils.{function}
test_split: test
output_type: generate_until
doc_to_text: prompt
doc_to_target: label
process_results: !function utils.process_results
generation_kwargs:
  until: []
  max_gen_toks: {max_tokens}
  do_sample: false
  temperature: 0.0
metric_list:
{metrics}
metadata:
  version: 1
"""
_LM_EVAL_METRIC = """\
  - metric: {metric}
    aggregation: !function utils.{metric}
    higher_is_better: {better}"""
_LM_EVAL_UTILS = '''\
"""What the YAML files beside this one call; written by `codefavor bench export`."""

from pathlib import Path

import datasets

from codefavor.bench.external_harness import METRICS, figures, read_reply, read_rows_of

HERE = Path(__file__).parent


def _dataset(stratum):
    return {{"test": datasets.Dataset.from_list(read_rows_of(HERE, stratum))}}


{loaders}


def process_results(doc, results):
    answered = read_reply(doc, results[0])
    return {{metric: answered for metric in METRICS}}


def single_order(answers):
    return figures(answers)["single_order"]


def both_orders(answers):
    return figures(answers)["both_orders"]


def undecided(answers):
    return figures(answers)["undecided"]
'''
_LOADER = """\
def {function}(**options):
    return _dataset({stratum!r})"""
_INSPECT = '''\
"""Which of two codes is better, as tasks of Inspect; written by `codefavor bench export`.

codefavor must be installed beside Inspect.
"""

from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import SampleScore, Score, metric, scorer
from inspect_ai.solver import generate

from codefavor.bench.external_harness import figures, read_reply, read_rows_of

HERE = Path(__file__).parent


@metric
def preference():
    # Inspect hands over whole samples where the parameter says so.
    def compute(scores: list[SampleScore]):
        return figures([sample.score.metadata for sample in scores])

    return compute


@scorer(metrics=[preference()])
def verdict():
    async def score(state, target):
        answered = read_reply(state.metadata, state.output.completion)
        choice = answered["verdict"]["choice"]
        return Score(value=choice == target.text, answer=choice, metadata=answered)

    return score


def _task(stratum):
    rows = read_rows_of(HERE, stratum)
    samples = [
        Sample(id=f"{{row['id']}}/{{row['order']}}", input=row["prompt"], target=row["label"], metadata=row)
        for row in rows
    ]
    return Task(
        dataset=MemoryDataset(samples),
        solver=generate(),
        scorer=verdict(),
        config=GenerateConfig(temperature=0.0, max_tokens={max_tokens}),
    )


{tasks}
'''
_INSPECT_TASK = """\
@task
def {function}():
    return _task({stratum!r})"""


def export_tasks(tasks: TaskSet, framework: Framework, name: str, out: Path) -> list[str]:
    """Write the files of a framework into a new or empty folder and return the names of its tasks, one a stratum.

    Raises:
        UserError: the folder holds something, or cannot be written.
    """
    require_new(out)
    strata = list(dict.fromkeys(task.stratum for task in tasks.tasks))
    write: Callable[[str, list[str]], dict[str, str]] = _lm_eval if framework == "lm-eval" else _inspect
    with writing_to(out):
        write_records(out / ROWS_FILE, (row for task in tasks.tasks for row in prompts_of(task)))
        for file, text in write(name, strata).items():
            write_text(out / file, text)
    return [_function(name, stratum) for stratum in strata]


def _function(name: str, stratum: str) -> str:
    return re.sub(r"\W", "_", f"{name}_{stratum}")


def _lm_eval(name: str, strata: list[str]) -> dict[str, str]:
    metrics = "\n".join(
        _LM_EVAL_METRIC.format(metric=metric, better=str(metric != "undecided").lower()) for metric in METRICS
    )
    names = {stratum: _function(name, stratum) for stratum in strata}
    loaders = "\n\n\n".join(_LOADER.format(function=function, stratum=stratum) for stratum, function in names.items())
    files = {
        f"{function}.yaml": _LM_EVAL_TASK.format(
            name=function, function=function, metrics=metrics, max_tokens=MAX_TOKENS
        )
        for function in names.values()
    }
    return {"utils.py": _LM_EVAL_UTILS.format(loaders=loaders), **files}


def _inspect(name: str, strata: list[str]) -> dict[str, str]:
    tasks = "\n\n\n".join(
        _INSPECT_TASK.format(function=_function(name, stratum), stratum=stratum) for stratum in strata
    )
    return {f"{name}.py": _INSPECT.format(tasks=tasks, max_tokens=MAX_TOKENS)}
