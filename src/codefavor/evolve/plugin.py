"""Evolvers of other packages: instructions go in; what comes out is filtered, kept and written as our own pairs are.

What such an evolver asks of models is its own affair and is not counted.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from codefavor.errors import UserError
from codefavor.evolve.conversation import Evolution
from codefavor.evolve.filters import PairFilter
from codefavor.evolve.instruction_config import InstructionRunConfig
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.kind import SeedEvolverKind
from codefavor.evolve.protocol import Discard, Evolver
from codefavor.evolve.registry import OWN_NAMES
from codefavor.llm.protocol import ChatModel
from codefavor.manifest import hash_file
from codefavor.pairs.pair import PreferencePair
from codefavor.plugins import Plugin, all_plugins, find_plugin


class PluginConfig(InstructionRunConfig):
    """A run of another package's evolver."""

    evolver: str
    """Its name, or NAME:ARGUMENT."""
    pairs: PairFilter = PairFilter(comments="keep")
    """What every pair has to be."""

    @property
    def evolver_name(self) -> str:
        """The evolver's name."""
        return self.evolver

    def load(self) -> "PluginEvolver":
        """Return the evolver.

        Raises:
            UserError: no package, or more than one, adds such an evolver.
            PluginError: the package is broken.
        """
        plugin = self.find()
        argument = self.evolver.partition(":")[2]
        return PluginEvolver(plugin, plugin.make(argument, needs=("name", "evolve")))

    def find(self) -> Plugin:
        """Return the evolver's entry point.

        Raises:
            UserError: no package, or more than one, adds such an evolver.
        """
        name = self.evolver.partition(":")[0]
        if name in OWN_NAMES:
            raise UserError(f"{name} is codefavor's own evolver; run `codefavor evolve {name}`")
        plugin = find_plugin("evolver", name)
        if plugin is None:
            known = ", ".join(f"{plugin.name} ({plugin.package})" for plugin in all_plugins("evolver")) or "none"
            raise UserError(f"no package adds an evolver called {name!r}; installed are: {known}")
        return plugin


class PluginEvolver:
    """An evolver of another package: what it breaks on, or gives amiss, is an error that names the package."""

    def __init__(self, plugin: Plugin, evolver: Evolver[InstructionSeed]) -> None:
        """Ask `evolver`, which `plugin` made."""
        self._plugin = plugin
        self._evolver = evolver

    async def trace(self, seed: InstructionSeed) -> Evolution:
        """Return what became of `seed`.

        Raises:
            PluginError: the evolver broke, or gave neither a pair nor a discard.
        """
        with self._plugin.blamed():
            outcome = await self._evolver.evolve(seed)
        if not isinstance(outcome, PreferencePair | Discard):
            raise self._plugin.fault(f"it gives a {type(outcome).__name__}, neither a pair nor a discard")
        return Evolution(outcome=outcome)


def _make(config: PluginConfig, _: Sequence[ChatModel]) -> PluginEvolver:
    return config.load()


def _prompts(config: PluginConfig) -> list[JsonValue]:
    plugin = config.find()
    return [plugin.package, *map(hash_file, plugin.files())]


PLUGIN = SeedEvolverKind(
    name="plugin",
    help="Make pairs from instructions by an evolver that another installed package adds.",
    config=PluginConfig,
    seed=InstructionSeed,
    read_seeds=PluginConfig.read_seeds,
    make=_make,
    prompts=_prompts,
)
