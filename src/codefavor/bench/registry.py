"""The benchmarks that are known: those of codefavor, and those that other packages add by the entry point's group.

An entry point of `codefavor.benchmarks` names a `Benchmark`. Other packages are imported only where a folder holds none
of codefavor's own benchmarks, or one is asked for by name.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from codefavor.bench.benchmark import Benchmark, StratumTask
from codefavor.bench.codeprefbench import CODEPREFBENCH
from codefavor.errors import UserError
from codefavor.plugins import Plugin, all_plugins, find_plugin

BUILT_IN = {benchmark.name: benchmark for benchmark in (CODEPREFBENCH,)}
"""codefavor's own benchmarks, by name."""


def known_names() -> list[str]:
    """Return the names of all benchmarks; nothing is imported for it."""
    return [*BUILT_IN, *(plugin.name for plugin in all_plugins("benchmark") if plugin.name not in BUILT_IN)]


def find_benchmark(name: str) -> Benchmark:
    """Return the benchmark of a name.

    Raises:
        UserError: there is none of that name, or two packages add it.
        PluginError: the package that adds it is broken.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    plugin = find_plugin("benchmark", name)
    if plugin is None:
        raise UserError(f"no benchmark is called {name!r}; known are {', '.join(known_names())}")
    return _load(plugin)


def benchmark_in(folder: Path) -> Benchmark | None:
    """Return the benchmark of which at least one file lies in a folder, or None.

    Raises:
        PluginError: a package that adds a benchmark is broken.
    """
    return next((benchmark for benchmark in _benchmarks() if _has_file(folder, benchmark)), None)


def benchmark_of_files(hashes: Mapping[str, str]) -> Benchmark | None:
    """Return codefavor's own benchmark of which a file with its hash is among `hashes`, by name, or None."""
    return next((own for own in BUILT_IN.values() if not set(own.files.values()).isdisjoint(hashes.values())), None)


def _benchmarks() -> Iterator[Benchmark]:
    yield from BUILT_IN.values()
    for plugin in all_plugins("benchmark"):
        if plugin.name not in BUILT_IN:
            yield _load(plugin)


def _load(plugin: Plugin) -> Benchmark:
    benchmark = plugin.load()
    if not isinstance(benchmark, Benchmark):
        raise plugin.fault(f"{plugin.entry.value} is a {type(benchmark).__name__}, not a Benchmark")
    if benchmark.name != plugin.name:
        raise plugin.fault(f"it calls itself {benchmark.name!r}; {plugin.name!r} was expected")
    keys, titles = {stratum.key for stratum in benchmark.strata}, {stratum.title for stratum in benchmark.strata}
    if not benchmark.files or not keys or not len(keys) == len(titles) == len(benchmark.strata):
        raise plugin.fault("it must name a file and a stratum, and no two strata may share a key or a title")
    return replace(benchmark, read=_checked_reader(plugin, benchmark))


def _checked_reader(plugin: Plugin, benchmark: Benchmark) -> Callable[[Path], list[StratumTask]]:
    """Return the reader of another package's benchmark, held to what a reader promises."""
    keys = {stratum.key for stratum in benchmark.strata}

    def read(folder: Path) -> list[StratumTask]:
        with plugin.blamed():
            tasks = [StratumTask(*task) for task in benchmark.read(folder)]
        if unknown := sorted({stratum for stratum, _ in tasks} - keys):
            raise plugin.fault(f"it reads tasks of the stratum {unknown[0]!r}, which it does not declare")
        return tasks

    return read


def _has_file(folder: Path, benchmark: Benchmark) -> bool:
    return any((folder / name).is_file() for name in benchmark.files)
