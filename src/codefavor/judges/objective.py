"""An objective as judging sees it: one value that names the class which reads its weights, and what that class can do.

`codefavor.train.objective` says how its judges are trained.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from codefavor.errors import ModelError
from codefavor.judges.card import JudgeCard, require
from codefavor.judges.grounded_model import GROUNDED_FORMAT, GroundedModel
from codefavor.judges.kind import Loader, judge_class
from codefavor.judges.protocol import Judge

SHIPPED = Path(__file__).parent / "grounded_shipped"
"""The card of the grounded judge that comes with codefavor."""

FULL = "fp32"
"""The precision that weights are kept in."""


@dataclass(frozen=True)
class Objective:
    """What judges of an objective are."""

    name: str
    """Its name, in cards and configurations."""
    description: str
    """What its judges learn, in one line."""
    load: Callable[[Path, JudgeCard, str, Loader], Judge]
    """Loads the judge in a folder with its card, in a precision."""
    order_invariant: bool | None
    """Whether exchanging the candidates exchanges its answer; None where that depends on the judge joined with it."""
    in_precision: bool = False
    """Whether its judges can be read in other precisions than fp32."""
    extra: str | None = "train"
    """The extra that has the packages that judging needs, beyond the core's."""
    runs_code: bool = False
    """Whether its judges run code."""
    unmergeable: str | None = None
    """Why its judges cannot be averaged; None where they can."""


def _read_by(module: str, name: str, in_precision: bool = False) -> Callable[[Path, JudgeCard, str, Loader], Judge]:
    """Return how a folder becomes a judge of the class `name`."""

    def load(folder: Path, card: JudgeCard, precision: str, loader: Loader) -> Judge:
        read = judge_class(f"codefavor.judges.{module}", name)
        return read(folder, precision) if in_precision else read(folder)

    return load


def _load_grounded(folder: Path, card: JudgeCard, precision: str, loader: Loader) -> Judge:
    inner = card.grounded.inner if card.grounded else None
    return grounded_judge(f"model:{folder}", folder, card, inner, loader)


def grounded_judge(name: str, folder: Path, card: JudgeCard, inner: str | None, loader: Loader) -> Judge:
    """Return evidence joined with the judge of the spec `inner` by the weights of a card.

    Raises:
        ModelError: the card is none of a grounded judge, or of another version.
    """
    from codefavor.judges.grounded import GroundedJudge  # with the decisions of evidence, which others do without

    require(folder, card, "grounded", GROUNDED_FORMAT)
    if card.grounded is None:
        raise ModelError(f"{folder}: a grounded judge without weights; train it again")
    model: GroundedModel = card.grounded if inner == card.grounded.inner else card.grounded.joined_with(inner)
    # A temperature fits the joined score it was fitted to, and not that with another inner judge.
    temperature = card.temperature if inner == card.grounded.inner else 1.0
    return GroundedJudge(name, model, loader.evidence(), loader.judge(inner) if inner else None, temperature)


OBJECTIVES: tuple[Objective, ...] = (
    Objective(
        name="classification",
        description="one token, A or B, after both candidates (the paper's classifier)",
        load=_read_by("trained.classification", "ClassificationJudge", in_precision=True),
        order_invariant=False,
        in_precision=True,
    ),
    Objective(
        name="order-free",
        description="the same with both candidates side by side, so that their order cannot matter",
        load=_read_by("trained.order_free", "OrderFreeJudge", in_precision=True),
        order_invariant=True,
        in_precision=True,
    ),
    Objective(
        name="generation",
        description="feedback, then a result line (the paper's generator)",
        load=_read_by("trained.generation", "GenerationJudge"),
        order_invariant=False,
    ),
    Objective(
        name="reward",
        description="a Bradley-Terry score for each candidate",
        load=_read_by("trained.reward", "RewardJudge"),
        order_invariant=True,
    ),
    Objective(
        name="linear",
        description="token n-grams, no language model",
        load=_read_by("linear", "LinearJudge"),
        order_invariant=True,
        extra=None,
    ),
    Objective(
        name="difference",
        unmergeable="difference judges weigh states in units of their pairs; fit one on all pairs",
        description="token n-grams and the states of a language model that stays as it is",
        load=_read_by("trained.difference", "DifferenceJudge", in_precision=True),
        order_invariant=True,
        in_precision=True,
    ),
    Objective(
        name="grounded",
        unmergeable="a grounded judge has no weights to average; merge its inner judges",
        description="evidence joined with another judge",
        load=_load_grounded,
        order_invariant=None,
        extra=None,
        runs_code=True,
    ),
)
"""Every objective of trained judges."""

_BY_NAME = {objective.name: objective for objective in OBJECTIVES}


def objective_named(name: str) -> Objective:
    """Return an objective by its name.

    Raises:
        ModelError: there is none of that name.
    """
    if name not in _BY_NAME:
        raise ModelError(f"no objective is called {name!r}; known are {', '.join(_BY_NAME)}")
    return _BY_NAME[name]
