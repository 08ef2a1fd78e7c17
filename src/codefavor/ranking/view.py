"""A ranking as a table for a terminal."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from codefavor.ranking.ranking import Ranking

_LEAST_NAME = 12


def render_ranking(ranking: Ranking, names: Sequence[str]) -> RenderableType:
    """Return the candidates in order with intervals and counts, what is known of the winner, and cycles."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("rank", justify="right", no_wrap=True)
    # The figures have their widths; a name has the rest, and is not squeezed to a letter a line.
    table.add_column("candidate", overflow="fold", min_width=_LEAST_NAME)
    for heading in ("strength", "95%", "strongest", "won", "tied", "lost", "undecided"):
        table.add_column(heading, justify="right", no_wrap=True)
    for ranked in ranking.ranked:
        name = Text(names[ranked.candidate])
        if ranked.same_as is not None:
            table.add_row(str(ranked.rank), name.append(f" (same as {names[ranked.same_as]})", style="dim"))
            continue
        low, high = ranked.interval
        counts = (ranked.wins, ranked.ties, ranked.losses, ranked.undecided)
        table.add_row(
            str(ranked.rank),
            name,
            f"{ranked.strength:+.2f}",
            f"{low:+.1f} to {high:+.1f}",
            f"{ranked.strongest:.0%}",
            *map(str, counts),
        )
    lines = [Text(line) for line in (summary(ranking, names), *_cycles(ranking, names))]
    return Group(table, *lines)


def summary(ranking: Ranking, names: Sequence[str]) -> str:
    """Return one sentence on the winner and on what it took."""
    judgements = f"{ranking.judgements} of {ranking.of} judgements by {ranking.judge}"
    if ranking.stopped == "one candidate":
        same = " different" if len(ranking.ranked) > 1 else ""
        return f"Best: {names[0]}, the only{same} candidate; nothing was asked."
    if ranking.winner is None:
        return f"No winner: the best candidates are level after {judgements}."
    best = names[ranking.winner]
    if ranking.stopped == "all asked":
        return f"Best: {best}, after all {judgements.removeprefix(f'{ranking.judgements} of ')}."
    reason = "the budget is spent" if ranking.stopped == "budget" else "enough"
    unchanged = f"asking all would not change this with probability {ranking.probability:.2f}"
    return f"Best: {best}; {unchanged}: {reason} ({judgements})."


def _cycles(ranking: Ranking, names: Sequence[str]) -> list[str]:
    return ["Cycle: " + " over ".join(names[candidate] for candidate in (*cycle, cycle[0])) for cycle in ranking.cycles]
