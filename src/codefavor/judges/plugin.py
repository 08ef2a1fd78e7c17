"""Judges of other packages, reached by `NAME` or `NAME:ARGUMENT` and held to what a judge promises."""

from collections.abc import Sequence
from pathlib import Path

from codefavor.judges.one_order import order_invariant
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Verdict
from codefavor.plugins import Plugin, find_plugin


class PluginJudge:
    """A judge of another package: what it breaks on, or answers amiss, is an error that names the package."""

    def __init__(self, plugin: Plugin, judge: Judge) -> None:
        """Ask `judge`, which `plugin` made.

        Raises:
            PluginError: its name is not the plugin's, and could be that of another judge.
        """
        self.name = judge.name
        if str(self.name).partition(":")[0] != plugin.name:
            raise plugin.fault(f"it calls itself {self.name!r}; '{plugin.name}' or '{plugin.name}:...' was expected")
        self.order_invariant = order_invariant(judge)
        self._plugin = plugin
        self._judge = judge

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order.

        Raises:
            PluginError: the judge broke, or did not answer each comparison in its place.
        """
        with self._plugin.blamed():
            verdicts = list(self._judge.judge(comparisons))
        if len(verdicts) != len(comparisons):
            raise self._plugin.fault(f"{len(verdicts)} verdicts on {len(comparisons)} comparisons")
        for comparison, verdict in zip(comparisons, verdicts, strict=True):
            if not isinstance(verdict, Verdict) or verdict.comparison != comparison.digest():
                raise self._plugin.fault("it does not answer every comparison by a verdict with its digest")
        return verdicts


def load_plugin_judge(name: str, argument: str) -> Judge | None:
    """Return the judge that another package offers as `name`, made of what follows the colon; None if none does.

    Raises:
        UserError: two packages offer it.
        PluginError: the package is broken.
    """
    plugin = find_plugin("judge", name)
    if plugin is None:
        return None
    return PluginJudge(plugin, plugin.make(argument, needs=("name", "judge")))


def plugin_judge_files(name: str) -> tuple[Path, ...]:
    """Return the files that another package's judge is made of; none where there is no such judge.

    Raises:
        UserError: two packages offer it.
        PluginError: the package is broken.
    """
    plugin = find_plugin("judge", name)
    return plugin.files() if plugin else ()
