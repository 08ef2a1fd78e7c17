"""What protects this machine from candidates of one engine, as it was found."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class EngineCheck:
    """What protects this machine from candidates of one engine."""

    engine: str
    """The engine: wasm or native."""
    states: dict[str, str] = field(default_factory=dict)
    """Every layer or guest with "on" or its version, or why it is off."""
    attacks: dict[str, str] = field(default_factory=dict)
    """Every attack that was tried with "held" or what came of it."""

    @property
    def safe(self) -> bool:
        """Whether every attack was held."""
        return bool(self.attacks) and all(outcome == "held" for outcome in self.attacks.values())

    @property
    def not_held(self) -> str:
        """Every attack that was not held, with what came of it."""
        return ", ".join(f"{name} ({outcome})" for name, outcome in self.attacks.items() if outcome != "held")
