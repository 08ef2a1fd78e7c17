"""A folder as the Hugging Face hub expects a dataset: Parquet below `data/` and a README.md that is the dataset card.

The folder is only written, not uploaded.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from codefavor.atomic import new_folder, writing_to
from codefavor.errors import DataError
from codefavor.pairs.formats.protocol import PairFormat
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.source import write_pairs
from codefavor.pairs.stats import UNKNOWN, PairStats, Tally
from codefavor.runs.run_folder import require_absent

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_ABOVE = "1M<n<10M"
_PART = "data/train-00000.parquet"


def write_dataset_folder(
    folder: Path, pairs: Iterable[PreferencePair], pair_format: PairFormat, filters: Sequence[str]
) -> int:
    """Write pairs as a dataset folder, all or nothing, and return how many there were.

    `filters` are sentences on what the pairs went through, for the card.

    Raises:
        UserError: the folder exists, or cannot be written.
        DataError: there are no pairs.
        MissingExtraError: pyarrow is not installed.
    """
    require_absent(folder)
    tally = Tally()
    with writing_to(folder), new_folder(folder) as partial:
        count = write_pairs(partial / _PART, _counted(pairs, tally), pair_format)
        if not count:
            raise DataError(f"{folder}: there are no pairs to write")
        card = dataset_card(folder.name, tally.stats(), pair_format.name, filters)
        (partial / "README.md").write_text(card, encoding="utf-8")
    return count


def _counted(pairs: Iterable[PreferencePair], tally: Tally) -> Iterator[PreferencePair]:
    for pair in pairs:
        tally.add(pair)
        yield pair


def dataset_card(title: str, stats: PairStats, format_name: str, filters: Sequence[str]) -> str:
    """Return the card: the YAML header that the hub reads, then counts, licences per source and filters."""
    header: dict[str, Any] = {
        "pretty_name": title,
        "license": _license(stats),
        "language": ["code"],
        "tags": ["code", "preference", *stats.languages],
        "size_categories": [next((name for limit, name in _SIZES if stats.pairs < limit), _ABOVE)],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*"}]}],
    }
    sections = [
        f"---\n{yaml.safe_dump(header, sort_keys=False, allow_unicode=True)}---\n\n# {title}\n",
        f"{stats.pairs} code preference pairs of {stats.groups} groups, written by codefavor as `{format_name}`.\n",
        _table("Method", stats.methods),
        _table("Aspect of the criterion", stats.aspects),
        _licenses(stats),
        "## Filters\n\n" + ("\n".join(f"- {line}" for line in filters) if filters else "None was named.") + "\n",
        _shortcuts(stats),
    ]
    return "\n".join(sections)


def _license(stats: PairStats) -> str | list[str]:
    """Return what the hub's `license` field holds: identifiers in lower case, "unknown" where one is not named."""
    names = sorted({name.lower() for name in stats.licenses})
    return names[0] if len(names) == 1 else names


def _table(title: str, counts: dict[str, int]) -> str:
    rows = "".join(f"| {_cell(name)} | {count} |\n" for name, count in counts.items())
    return f"| {title} | Pairs |\n|---|---:|\n{rows}"


def _licenses(stats: PairStats) -> str:
    rows = "".join(
        f"| {_cell(source)} | {_cell(name)} | {count} |\n"
        for source, counts in stats.source_licenses.items()
        for name, count in counts.items()
    )
    unknown = stats.licenses.get(UNKNOWN, 0)
    remark = f"\nThe licence of {unknown} pairs is not known.\n" if unknown else ""
    return f"## Licences\n\n| Source | Licence | Pairs |\n|---|---|---:|\n{rows}{remark}"


def _shortcuts(stats: PairStats) -> str:
    rows = "".join(
        f"| {name} | {cut.pairs} | {cut.shorter:.1%} | {cut.longer:.1%} |\n" for name, cut in stats.shortcuts.items()
    )
    return (
        "## Length\n\nHow often length alone names the better code (comments stripped, equal lengths count half).\n\n"
        f"| Aspect | Pairs | Shorter | Longer |\n|---|---:|---:|---:|\n{rows}"
    )


def _cell(content: str) -> str:
    return " ".join(content.replace("|", "\\|").split())
