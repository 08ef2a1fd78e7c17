"""The fuel of a running instance, as the host reads and sets it."""

from typing import Protocol


class FuelMeter(Protocol):
    """The fuel of a running instance."""

    def get_fuel(self) -> int:
        """Return how much is left."""

    def set_fuel(self, fuel: int) -> None:
        """Set how much is left."""
