"""The formats by name."""

from codefavor.errors import ConfigError
from codefavor.pairs.formats.benchmark import BenchmarkFormat
from codefavor.pairs.formats.messages import TrlMessages
from codefavor.pairs.formats.native import Native, Table
from codefavor.pairs.formats.protocol import PairFormat, Show
from codefavor.pairs.formats.reference import Reference
from codefavor.pairs.formats.rewardbench import RewardBench
from codefavor.pairs.formats.themis import Themis
from codefavor.pairs.formats.trl import TrlConversational, TrlPreference


def pair_format(name: str, show: Show) -> PairFormat:
    """Return the format called `name`; `show` makes the judge's text where a format holds one.

    Raises:
        ConfigError: there is no such format.
    """
    formats = all_formats(show)
    if name not in formats:
        raise ConfigError(f"{name}: no such format; choose one of {', '.join(formats)}")
    return formats[name]


def all_formats(show: Show) -> dict[str, PairFormat]:
    """Return every format by its name."""
    formats: list[PairFormat] = [
        Native(),
        Table(),
        TrlPreference(),
        TrlConversational(),
        TrlMessages(show),
        RewardBench(),
        Themis(),
        Reference(),
        BenchmarkFormat(),
    ]
    return {pair_format.name: pair_format for pair_format in formats}
