"""Collects the evidence of one comparison, in the languages that there is evidence for.

One comparison is a border: whatever breaks while it is analysed is missing from its evidence, and from no other's.
"""

from collections.abc import Callable, Mapping

from codefavor.errors import SandboxError
from codefavor.evidence.collect_python import collect_python
from codefavor.evidence.javascript.collect import collect_javascript
from codefavor.evidence.wanted import Wanted
from codefavor.languages.registry import find_language
from codefavor.pairs.circumstance import Circumstance, CircumstanceCode, EvidencePart
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.evidence import CandidateEvidence, Evidence
from codefavor.sandbox.engine import Engine

Collector = Callable[[Engine, Comparison, Wanted], Evidence]
"""Collects what is wanted of a comparison in one language."""
COLLECTORS: Mapping[str, Collector] = {"python": collect_python, "javascript": collect_javascript}
"""How evidence is collected, by the name of a language that runs."""


def collect(engine: Engine, comparison: Comparison, wanted: Wanted) -> Evidence:
    """Return all evidence of a comparison that is wanted and available.

    Raises:
        SandboxError: foreign code cannot be run safely, or the sandbox itself failed.
        PluginError: a language of another package is broken.
    """
    language = find_language(comparison.language)
    collector = COLLECTORS.get(language.name) if language and language.runs else None
    if collector is None:
        code = CircumstanceCode.LANGUAGE_NOT_RUN if wanted.examples else CircumstanceCode.LANGUAGE_NOT_ANALYSED
        return without_evidence(_main_part(wanted), code, language.name if language else comparison.language)
    try:
        return collector(engine, comparison, wanted)
    except SandboxError:
        raise
    except Exception as error:  # noqa: BLE001 - one comparison must not stop the others
        return without_evidence(_main_part(wanted), CircumstanceCode.ANALYSIS_FAILED, type(error).__name__)


def without_evidence(part: EvidencePart, code: CircumstanceCode, name: str | None = None) -> Evidence:
    """Return evidence that holds nothing but the reason why there is none."""
    circumstance = Circumstance(part=part, code=code, name=name)
    return Evidence(a=CandidateEvidence(), b=CandidateEvidence(), circumstances=(circumstance,))


def _main_part(wanted: Wanted) -> EvidencePart:
    if not wanted.examples:
        return "findings"
    return "cost" if wanted.cost else "behaviour"
