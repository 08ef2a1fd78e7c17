"""The data card of a run: what a person who finds the pairs has to know, as Markdown with the hub's front matter."""

from collections.abc import Mapping

from codefavor.evolve.settings import EvolveSettings
from codefavor.evolve.summary import EvolveSummary
from codefavor.languages.registry import title_of


def data_card(settings: EvolveSettings, summary: EvolveSummary) -> str:
    """Return the card of a run's pairs."""
    models = {"critic": settings.critic, "draft": settings.draft}
    model_lines = "".join(
        f"- {role}: {model.id} at temperature {model.temperature:g}\n" for role, model in models.items() if model
    )
    checked = (
        "and those that running the code refutes were dropped" if settings.verify else "not checked by running the code"
    )
    origin = "a model's" if settings.critic else f"those of the evolver {settings.method}"
    return f"""---
pretty_name: Preference pairs by {settings.method}
task_categories: [text-classification]
tags: [code, preference, {settings.method}]
configs:
- config_name: default
  data_files: pairs.jsonl
---
# Preference pairs by {settings.method}

{summary.kept} pairs of {_languages(settings, summary)} code, made by codefavor from {summary.seeds} seeds. Each has \
an instruction, a criterion, a chosen and a rejected code, feedback, and where it comes from. The preferences are \
{origin}, {checked}.

{model_lines}- seeds: {", ".join(f"{name} {value}" for name, value in settings.source.items() if name != "filter")}
- comments: {settings.pair_filter.comments}
- decontaminated against: {", ".join(path.name for path in settings.decontaminate.benchmarks) or "nothing"}

## Licences of the sources

{_table(("licence", "pairs"), summary.licenses)}

Every pair names its source and licence; who passes the pairs on has to keep to them, and to the terms of the models.

## What was dropped

{_table(("stage", "seeds"), {stage: sum(reasons.values()) for stage, reasons in summary.discarded_by.items()})}
{_rejections(summary) if settings.critic else ""}
## What the criteria mean

{_table(("aspect", "pairs"), summary.criteria)}
"""


def _languages(settings: EvolveSettings, summary: EvolveSummary) -> str:
    return " and ".join(map(title_of, summary.languages or (settings.language,)))


def _rejections(summary: EvolveSummary) -> str:
    ours, paper = _percent(summary.filtered_by_critic), _percent(summary.filtered_in_paper)
    return f"\nThe critic turned down {ours} of the seeds (paper: {paper}).\n"


def _table(head: tuple[str, str], rows: Mapping[str, int]) -> str:
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|", *(f"| {name} | {count} |" for name, count in rows.items())]
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}%"
