"""The dataset card of a preference set, as Markdown with the hub's front matter."""

import yaml

from codefavor.labelling.labelled import LabelSettings
from codefavor.labelling.yield_report import YieldReport


def label_card(title: str, settings: LabelSettings, report: YieldReport) -> str:
    """Return what a person who finds the set has to know."""
    header = {
        "pretty_name": title,
        "license": (settings.license or "unknown").lower(),
        "language": ["code"],
        "tags": ["code", "preference", "trl", "dpo"],
        "configs": [{"config_name": "default", "data_files": "data/train-00000.parquet"}],
    }
    dropped = "".join(f"| {reason} | {count} |\n" for reason, count in report.dropped.items())
    rows = "".join(
        f"| {count} | {own.problems} | {own.with_pairs} | {own.kept} | {own.dropped} |\n"
        for count, own in report.by_candidates.items()
    )
    return f"""---
{yaml.safe_dump(header, sort_keys=False, allow_unicode=True)}---

# {title}

{report.kept} preference pairs of {report.problems} problems of `{settings.source}`, labelled by the judge \
`{settings.judge}`; no person looked at them.

- pairs: {"the best against the worst candidate of a problem" if settings.strategy == "best-worst" else "every two"}
- kept when the chosen one is the stronger with probability {settings.confidence:g} or more; on average \
{_figure(report.mean_probability)}
- mean margin: {_figure(report.mean_margin)} logits; {report.judgements} judgements; {report.compared} of the pairs \
were compared directly, the others through third candidates

`prompt`, `chosen` and `rejected` are what TRL's trainers read. `margin` is the difference of the two Bradley-Terry
strengths, in logits: **TRL's reward trainer subtracts a column of that name in its loss**; remove it to train without.
`probability` is how sure the judge's answers make it that the chosen code is the stronger, `evidence` what running and
analysing both showed (A is the chosen code, B the rejected), `codefavor` criterion and provenance.

| dropped because | pairs |
|---|---:|
{dropped}
| candidates | problems | with pairs | pairs kept | pairs dropped |
|---:|---:|---:|---:|---:|
{rows}"""


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
