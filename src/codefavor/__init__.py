"""codefavor: which of two pieces of code is better?

The names in `__all__` are the surface for programs; everything else may move. A name is imported when it is first
used, so that `import codefavor` is instant and asks for no optional package.
"""

import logging
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codefavor.api import compare as compare
    from codefavor.api import rank as rank
    from codefavor.bench.bench_judge import bench_judge as bench_judge
    from codefavor.errors import CodeFavorError as CodeFavorError
    from codefavor.evolve.runner import evolve as evolve
    from codefavor.judges.both_orders import BothOrders as BothOrders
    from codefavor.judges.load import load_judge as load_judge
    from codefavor.judges.protocol import Judge as Judge
    from codefavor.judges.trl_pairwise import TrlPairwiseJudge as TrlPairwiseJudge
    from codefavor.pairs.comparison import Comparison as Comparison
    from codefavor.pairs.criterion import Aspect as Aspect
    from codefavor.pairs.criterion import Criterion as Criterion
    from codefavor.pairs.criterion import criterion_for as criterion_for
    from codefavor.pairs.evidence import Evidence as Evidence
    from codefavor.pairs.pair import PreferencePair as PreferencePair
    from codefavor.pairs.pair import Provenance as Provenance
    from codefavor.pairs.source import read_pairs as read_pairs
    from codefavor.pairs.source import write_pairs as write_pairs
    from codefavor.pairs.verdict import Verdict as Verdict
    from codefavor.ranking.ranking import Ranking as Ranking
    from codefavor.ranking.ranking import RankSettings as RankSettings
    from codefavor.train.train_judge import train_judge as train_judge

__version__ = "0.1.0"

__all__ = [
    "Aspect",
    "BothOrders",
    "CodeFavorError",
    "Comparison",
    "Criterion",
    "Evidence",
    "Judge",
    "PreferencePair",
    "Provenance",
    "RankSettings",
    "Ranking",
    "TrlPairwiseJudge",
    "Verdict",
    "__version__",
    "bench_judge",
    "compare",
    "criterion_for",
    "evolve",
    "load_judge",
    "rank",
    "read_pairs",
    "train_judge",
    "write_pairs",
]

logging.getLogger(__name__).addHandler(logging.NullHandler())  # programs choose what is logged

_SURFACE = {
    "codefavor.api": ("compare", "rank"),
    "codefavor.bench.bench_judge": ("bench_judge",),
    "codefavor.errors": ("CodeFavorError",),
    "codefavor.evolve.runner": ("evolve",),
    "codefavor.judges.both_orders": ("BothOrders",),
    "codefavor.judges.load": ("load_judge",),
    "codefavor.judges.protocol": ("Judge",),
    "codefavor.judges.trl_pairwise": ("TrlPairwiseJudge",),
    "codefavor.pairs.comparison": ("Comparison",),
    "codefavor.pairs.criterion": ("Aspect", "Criterion", "criterion_for"),
    "codefavor.pairs.evidence": ("Evidence",),
    "codefavor.pairs.pair": ("PreferencePair", "Provenance"),
    "codefavor.pairs.source": ("read_pairs", "write_pairs"),
    "codefavor.pairs.verdict": ("Verdict",),
    "codefavor.ranking.ranking": ("RankSettings", "Ranking"),
    "codefavor.train.train_judge": ("train_judge",),
}
_MODULES = {name: module for module, names in _SURFACE.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'codefavor' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """This package, in which `evolve` is always the function: importing `codefavor.evolve` would replace it."""

    @property
    def evolve(self) -> Any:
        return __getattr__("evolve")

    @evolve.setter
    def evolve(self, package: ModuleType) -> None:
        """Drop what the import system sets; `from codefavor.evolve.runner import ...` does not need it."""


sys.modules[__name__].__class__ = _Package
