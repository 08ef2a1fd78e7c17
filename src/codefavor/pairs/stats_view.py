"""Counts of a set of pairs as tables for a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from codefavor.pairs.stats import LengthShortcut, PairStats
from codefavor.pairs.view import visible

_MOST = 12


def render_stats(stats: PairStats) -> RenderableType:
    """Return every count as a table, the most frequent first, long tails summed up."""
    headline = (
        f"{stats.pairs} pairs of {stats.groups} groups; {stats.duplicates} duplicates; "
        f"{stats.unparsed} with a side that does not parse"
    )
    counts = {
        "method": stats.methods,
        "aspect": stats.aspects,
        "criterion": stats.criteria,
        "source": stats.sources,
        "licence": stats.licenses,
        "language": stats.languages,
    }
    return Group(
        headline, *(_counts(title, values) for title, values in counts.items()), _lengths(stats), _shortcuts(stats)
    )


def _counts(title: str, counts: dict[str, int]) -> Table:
    table = Table(title, "pairs")
    table.columns[1].justify = "right"
    for name in list(counts)[:_MOST]:
        table.add_row(Text(visible(name)), str(counts[name]))
    others = list(counts.values())[_MOST:]
    if others:
        table.add_row(f"… {len(others)} more", str(sum(others)), style="dim")
    return table


def _lengths(stats: PairStats) -> Table:
    table = Table("characters", "mean", "median", "longest")
    for field, lengths in stats.lengths.items():
        table.add_row(field, f"{lengths.mean:.0f}", f"{lengths.median:.0f}", str(lengths.longest))
    return table


def _shortcuts(stats: PairStats) -> Table:
    table = Table("length alone (aspect)", "pairs", "shorter is better", "longer is better", "equal")
    for aspect, shortcut in stats.shortcuts.items():
        table.add_row(
            aspect,
            str(shortcut.pairs),
            _share(shortcut.shorter, shortcut),
            _share(shortcut.longer, shortcut),
            f"{shortcut.equal:.1%}",
        )
    return table


def _share(share: float, shortcut: LengthShortcut) -> str:
    return f"{share:.1%}" + ("" if shortcut.margin is None else f" ± {100 * shortcut.margin:.1f}")
