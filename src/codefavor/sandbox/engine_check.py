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
    controls: dict[str, str] = field(default_factory=dict)
    """Every harmless program that was tried with "ran" or what came of it: what refuses everything holds nothing."""

    @property
    def safe(self) -> bool:
        """Whether every attack was held, and every harmless program ran."""
        return bool(self.attacks) and not self.not_held

    @property
    def not_held(self) -> str:
        """Every attack that was not held and every control that did not run, with what came of it."""
        found = [f"{name} ({outcome})" for name, outcome in self.attacks.items() if outcome != "held"]
        return ", ".join(found + [f"{name} ({outcome})" for name, outcome in self.controls.items() if outcome != "ran"])
