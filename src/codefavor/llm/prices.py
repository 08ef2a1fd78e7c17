"""What tokens cost: a table of list prices shipped with the package, a file of the user's laid over it, an estimate."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from codefavor.errors import ConfigError
from codefavor.llm.protocol import Usage
from codefavor.record import Record, explain

_SHIPPED = Path(__file__).with_name("prices.yaml")
_MILLION = 1_000_000

Dollars = Annotated[float, Field(ge=0)]


class Price(Record):
    """US dollars for a million tokens."""

    input: Dollars
    """For tokens read."""
    output: Dollars
    """For tokens written."""

    def cost(self, input_tokens: float, output_tokens: float) -> float:
        """Return US dollars."""
        return (input_tokens * self.input + output_tokens * self.output) / _MILLION


FREE = Price(input=0.0, output=0.0)
_TABLE = TypeAdapter(dict[str, Price])


def load_prices(override: Path | None = None) -> dict[str, Price]:
    """Return the price of every known model id, with the entries of the YAML file `override` laid over.

    Raises:
        ConfigError: the file is missing or holds something else.
    """
    return _read_prices(_SHIPPED) | (_read_prices(override) if override else {})


def _read_prices(path: Path) -> dict[str, Price]:
    try:
        return _TABLE.validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: unreadable: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        form = "provider/model: {input: 1.0, output: 2.0}"
        raise ConfigError(f"{path}: {explain(error)}; one line looks like {form}") from None


class CostEstimate(Record):
    """What a run is expected to take, from a sample of it."""

    items: int
    """How many items the run has."""
    sampled: int
    """How many of them were measured."""
    input_tokens: float
    """Tokens read, for all items."""
    output_tokens: float
    """Tokens written, for all items."""
    usd: float | None
    """US dollars for all items; None when the price is not known."""


def estimate_cost(sample: Sequence[Usage], items: int, price: Price | None) -> CostEstimate:
    """Return what `items` items take when each takes the mean of `sample`, one usage an item.

    Raises:
        ValueError: the sample is empty.
    """
    if not sample:
        raise ValueError("an estimate needs at least one measured item")
    scale = items / len(sample)
    read = scale * sum(usage.input_tokens for usage in sample)
    written = scale * sum(usage.output_tokens for usage in sample)
    return CostEstimate(
        items=items,
        sampled=len(sample),
        input_tokens=read,
        output_tokens=written,
        usd=None if price is None else price.cost(read, written),
    )
