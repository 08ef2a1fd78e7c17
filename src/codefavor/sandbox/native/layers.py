"""What protects this machine from a native candidate, as it was found."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Layers:
    """What protects this machine from a candidate."""

    states: dict[str, str] = field(default_factory=dict)
    """Every layer with "on" or why it is off."""
    attacks: dict[str, str] = field(default_factory=dict)
    """Every attack tried at start with "held" or what got through."""

    @property
    def safe(self) -> bool:
        """Whether every attack was held."""
        return bool(self.attacks) and all(outcome == "held" for outcome in self.attacks.values())
