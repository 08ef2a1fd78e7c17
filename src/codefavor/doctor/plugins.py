"""What other packages add, and which of it is refused."""

from collections import Counter
from collections.abc import Iterator

from codefavor.bench.registry import BUILT_IN as OWN_BENCHMARKS
from codefavor.doctor.check import Check
from codefavor.errors import PluginError
from codefavor.evolve.registry import OWN_NAMES as OWN_EVOLVERS
from codefavor.judges.registry import OWN_NAMES as OWN_JUDGES
from codefavor.languages.registry import OWN_NAMES as OWN_LANGUAGES
from codefavor.llm.load import OWN_PROVIDERS
from codefavor.plugins import Kind, Plugin, all_plugins

_OWN: dict[Kind, frozenset[str]] = {
    "judge": OWN_JUDGES,
    "evolver": OWN_EVOLVERS,
    "chat model": OWN_PROVIDERS,
    "language": OWN_LANGUAGES,
    "benchmark": frozenset(OWN_BENCHMARKS),
}


def plugin_checks(deep: bool) -> Iterator[Check]:
    """Yield a check for each plugin that another package adds; nothing of the package is imported unless `deep`."""
    for kind, own in _OWN.items():
        plugins = all_plugins(kind)
        times = Counter(plugin.name for plugin in plugins)
        for plugin in plugins:
            yield _check(plugin, plugin.name in own, times[plugin.name] > 1, deep)


def _check(plugin: Plugin, is_own: bool, is_shared: bool, deep: bool) -> Check:
    part, detail = f"{plugin.kind} {plugin.name}", f"added by {plugin.package}"
    if is_own:
        detail, fix = f"{detail}, and refused: the name is codefavor's own", "give its entry point another name"
        return Check(part=part, state="broken", detail=detail, fix=fix)
    if is_shared:
        detail, fix = f"{detail}, and refused: another package adds that name as well", "uninstall all of them but one"
        return Check(part=part, state="broken", detail=detail, fix=fix)
    try:
        if deep:
            plugin.load()
    except PluginError as error:
        return Check(part=part, state="broken", detail=str(error), fix="update or uninstall the package")
    return Check(part=part, state="ok", detail=detail)
