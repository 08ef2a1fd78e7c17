"""Evolvers of other packages: instructions go in; what comes out is filtered, kept and written as our own pairs are.

What such an evolver asks of models is its own affair and is not counted.
"""

from codefavor.errors import UserError
from codefavor.evolve.commit_instruct import METHOD as COMMIT_INSTRUCT
from codefavor.evolve.configuration import Instructed
from codefavor.evolve.conversation import Evolution
from codefavor.evolve.critic_evol import METHOD as CRITIC_EVOL
from codefavor.evolve.filters import PairFilter
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.protocol import Discard, Evolver
from codefavor.evolve.settings import EvolveSettings
from codefavor.manifest import hash_file
from codefavor.pairs.pair import PreferencePair
from codefavor.plugins import Plugin, all_plugins, find_plugin
from codefavor.record import content_digest

OWN_NAMES = frozenset({COMMIT_INSTRUCT, CRITIC_EVOL, "regress-evol"})
"""The names that no other package can take."""


class PluginConfig(Instructed):
    """A run of another package's evolver."""

    evolver: str
    """Its name, or NAME:ARGUMENT."""
    pairs: PairFilter = PairFilter(comments="keep")
    """What is asked of every pair."""

    def settings(self) -> EvolveSettings:
        """Return what shapes the result.

        Raises:
            UserError: no package, or more than one, adds such an evolver.
            PluginError: the package is broken.
        """
        plugin = self._plugin()
        return EvolveSettings(
            method=self.evolver,
            language=self.language,
            seeds=self.source(),
            pair_filter=self.pairs,
            decontaminate=self.decontaminate,
            verify=self.verify,
            unsafe_local=self.unsafe_local,
            seed=self.seed,
            prompts=content_digest([plugin.package, *map(hash_file, plugin.files())]),
        )

    def load(self) -> "PluginEvolver":
        """Return the evolver.

        Raises:
            UserError: no package, or more than one, adds such an evolver.
            PluginError: the package is broken.
        """
        plugin = self._plugin()
        argument = self.evolver.partition(":")[2]
        return PluginEvolver(plugin, plugin.make(argument, needs=("name", "evolve")))

    def _plugin(self) -> Plugin:
        name = self.evolver.partition(":")[0]
        if name in OWN_NAMES:
            raise UserError(f"{name} is codefavor's own evolver; run `codefavor evolve {name}`")
        plugin = find_plugin("evolver", name)
        if plugin is None:
            known = ", ".join(f"{each.name} ({each.package})" for each in all_plugins("evolver")) or "none"
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
