"""Which kinds of evidence are asked for."""

from dataclasses import dataclass

from codefavor.pairs.criterion import Aspect


@dataclass(frozen=True)
class Wanted:
    """Which kinds of evidence are worth their time."""

    examples: bool = True
    """Run both on the worked examples; without this, nothing is run at all."""
    behaviour: bool = True
    """Run both on generated inputs."""
    cost: bool = False
    """Count and time the work on growing inputs."""
    findings: bool = False
    """Ask the analysers."""
    seed: int = 0
    """The seed of every generated input."""


def wanted_for(aspect: Aspect | None, seed: int) -> Wanted:
    """Return the kinds of evidence that can decide an aspect; without one, correctness."""
    return Wanted(
        examples=aspect not in (Aspect.SECURITY, Aspect.HUMAN_PREFERENCE),
        behaviour=aspect in (Aspect.CORRECTNESS, None),
        cost=aspect is Aspect.EFFICIENCY,
        findings=aspect is Aspect.SECURITY,
        seed=seed,
    )
