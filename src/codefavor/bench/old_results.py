"""Results of version 0.1, which do not name their benchmark and its strata: what is missing is worked out here."""

from typing import Any

from codefavor.bench.codeprefbench import aspect_stratum
from codefavor.bench.pair_strata import OTHER
from codefavor.bench.registry import benchmark_of_files
from codefavor.pairs.criterion import Aspect


def with_strata(content: Any) -> Any:
    """Return the content of a `result.json` with the benchmark and the strata that version 0.1 took for granted."""
    if not isinstance(content, dict) or "strata" in content:
        return content
    aspects, settings = content.get("aspects"), content.get("settings")
    if not isinstance(aspects, dict) or not isinstance(settings, dict) or not isinstance(settings.get("data"), dict):
        return content
    known = {aspect.value: aspect_stratum(aspect) for aspect in Aspect} | {OTHER.key: OTHER}
    benchmark = benchmark_of_files(settings["data"])
    is_whole = benchmark is not None and benchmark.files == settings["data"]
    return content | {
        "benchmark": {"name": benchmark.name, "title": benchmark.title} if benchmark and is_whole else None,
        "strata": [known[key].model_dump() for key in known if key in aspects],
    }
