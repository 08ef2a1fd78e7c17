"""The evolvers that codefavor brings: every kind once, by its name.

Evolvers of other packages are found by their entry points, see `codefavor.evolve.plugin`.
"""

from typing import Any

from codefavor.evolve.commit_instruct_kind import COMMIT_INSTRUCT
from codefavor.evolve.critic_evol_kind import CRITIC_EVOL
from codefavor.evolve.kind import EvolverKind, SeedEvolverKind
from codefavor.evolve.regress_evol.regress import REGRESS_EVOL

EVOLVERS: tuple[EvolverKind, ...] = (COMMIT_INSTRUCT, CRITIC_EVOL, REGRESS_EVOL)
"""Every evolver of codefavor's own."""

OWN_NAMES = frozenset(evolver.name for evolver in EVOLVERS)
"""The names that no other package can take."""


def seed_evolver_named(name: str) -> SeedEvolverKind[Any, Any]:
    """Return the kind of evolver of that name, which settles one seed at a time."""
    return next(kind for kind in EVOLVERS if isinstance(kind, SeedEvolverKind) and kind.name == name)
