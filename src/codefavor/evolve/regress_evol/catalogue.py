"""All operators by name, and the choice among them."""

from collections.abc import Iterable

from codefavor.errors import ConfigError
from codefavor.evolve.regress_evol.operator import Operator
from codefavor.evolve.regress_evol.operators import (
    correctness_calls,
    correctness_conditions,
    correctness_flow,
    correctness_names,
    correctness_values,
    efficiency_algorithms,
    efficiency_arithmetic,
    efficiency_containers,
    efficiency_growth,
    efficiency_loops,
    efficiency_steps,
    security_calls,
    security_files,
    security_injection,
    security_network,
    security_safeguards,
    security_secrets,
)
from codefavor.pairs.criterion import Aspect

_FAMILIES = (
    correctness_calls,
    correctness_conditions,
    correctness_flow,
    correctness_names,
    correctness_values,
    efficiency_algorithms,
    efficiency_containers,
    efficiency_growth,
    efficiency_loops,
    efficiency_arithmetic,
    efficiency_steps,
    security_calls,
    security_safeguards,
    security_files,
    security_injection,
    security_network,
    security_secrets,
)
CATALOGUE: dict[str, Operator] = {operator.name: operator for family in _FAMILIES for operator in family.OPERATORS}
"""Every operator by its name."""


def choose_operators(
    only: Iterable[str] = (), without: Iterable[str] = (), aspects: Iterable[Aspect] = ()
) -> list[Operator]:
    """Return the operators named in `only` (all, if empty) but not in `without`, of `aspects` (all, if empty).

    Raises:
        ConfigError: a name is unknown, or nothing is left.
    """
    named, dropped, wanted = set(only), set(without), set(aspects)
    if unknown := sorted((named | dropped) - CATALOGUE.keys()):
        raise ConfigError(f"unknown operator {unknown[0]}; known are: {', '.join(CATALOGUE)}")
    chosen = [
        operator
        for name, operator in CATALOGUE.items()
        if (not named or name in named) and name not in dropped and (not wanted or operator.aspect in wanted)
    ]
    if not chosen:
        raise ConfigError("no operator is left; ask for fewer exclusions or more aspects")
    return chosen
