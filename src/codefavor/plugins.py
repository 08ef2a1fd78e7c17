"""What other packages add, found by their entry points: judges, evolvers, chat models, languages, benchmarks.

Nothing of a package is imported before it is asked for by name, and codefavor's own names are never looked up here.
What goes wrong in a package is an error that names it. What a judge or an evolver is, their own packages say.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from codefavor.errors import CodeFavorError, PluginError, UserError

Kind = Literal["judge", "evolver", "chat model", "language", "benchmark"]

GROUPS: dict[Kind, str] = {
    "judge": "codefavor.judges",
    "evolver": "codefavor.evolvers",
    "chat model": "codefavor.chat_models",
    "language": "codefavor.languages",
    "benchmark": "codefavor.benchmarks",
}
"""The group of entry points for every kind."""


@dataclass(frozen=True)
class Plugin:
    """One thing that another package adds."""

    kind: Kind
    """What it is."""
    entry: EntryPoint
    """Its name and where it is; what stands there is called to make it."""

    @property
    def name(self) -> str:
        """The name by which it is asked for."""
        return self.entry.name

    @property
    def package(self) -> str:
        """The package with its version."""
        dist = self.entry.dist
        return f"{dist.name} {dist.version}" if dist else self.entry.module

    def load(self) -> Any:
        """Return what is called to make it.

        Raises:
            PluginError: the package cannot be imported.
        """
        with self.blamed():
            return self.entry.load()

    def make(self, *arguments: object, needs: tuple[str, ...]) -> Any:
        """Return what the package makes of `arguments`; `needs` are the attributes that it must have.

        Raises:
            PluginError: the package cannot be imported, fails, or makes something else.
            CodeFavorError: the package refuses the arguments by an error of ours.
        """
        with self.blamed():
            made = self.load()(*arguments)
        for name in needs:
            if not hasattr(made, name):
                raise self.fault(f"{self.entry.value} gives a {type(made).__name__} without `{name}`")
        return made

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Turn whatever goes wrong inside into an error that names the package; errors of ours pass.

        Raises:
            PluginError: something went wrong.
        """
        try:
            yield
        except CodeFavorError:
            raise
        except (Exception, SystemExit) as error:
            said = " ".join(f"{type(error).__name__}: {error}".split())
            raise self.fault(f"{said}{_place(error)}") from error

    def fault(self, reason: str) -> PluginError:
        """Return an error that names the package."""
        return PluginError(f"the {self.kind} {self.name!r} of the package {self.package} is broken: {reason}")

    def files(self) -> tuple[Path, ...]:
        """Return files whose hashes say whether it is the same: the package's list of its files, and its module.

        Raises:
            PluginError: the module's package cannot be imported.
        """
        dist = self.entry.dist
        record = [Path(str(file.locate())) for file in dist.files or () if file.name == "RECORD"] if dist else []
        with self.blamed():  # finding a module imports the package around it
            spec = find_spec(self.entry.module)
        module = [Path(spec.origin)] if spec and spec.origin else []
        return tuple(path for path in (*record, *module) if path.is_file())


def _place(error: BaseException) -> str:
    """Return where an error arose, as " (file, line 3)"; nothing where that is the machinery of imports, or here."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    if "importlib" in last.filename or last.filename == __file__:
        return ""
    return f" ({Path(last.filename).name}, line {last.lineno})"


def all_plugins(kind: Kind) -> list[Plugin]:
    """Return everything of a kind that installed packages add, by name and package."""
    found = [Plugin(kind, entry) for entry in entry_points(group=GROUPS[kind])]
    return sorted(found, key=lambda plugin: (plugin.name, plugin.package))


def find_plugin(kind: Kind, name: str) -> Plugin | None:
    """Return what is called `name`, or None.

    Raises:
        UserError: more than one package adds something of that name.
    """
    found = [plugin for plugin in all_plugins(kind) if plugin.name == name]
    if len(found) > 1:
        packages = " and ".join(plugin.package for plugin in found)
        raise UserError(f"the {kind} {name!r} is added by {packages}; uninstall all of them but one")
    return found[0] if found else None
