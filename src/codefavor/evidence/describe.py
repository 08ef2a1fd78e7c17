"""The evidence as a person would want it: what was run, what failed, how the work grows, what the analysers say.

Pure text, a line each; what follows from it is `codefavor.evidence.decision`'s business.
"""

from collections.abc import Iterator
from typing import NamedTuple

from codefavor.evidence.findings.compare import weight
from codefavor.evidence.words import circumstance_words, fact_words, incident_words, observed_words
from codefavor.pairs.evidence import CandidateEvidence, Evidence

_MAX_LINES = 3
"""The most failures, incidents, findings or differences that are told of each kind."""


class Description(NamedTuple):
    """Evidence in lines of text."""

    run: tuple[str, ...]
    """What was run."""
    a: tuple[str, ...]
    """Of candidate A."""
    b: tuple[str, ...]
    """Of candidate B."""
    rest: tuple[str, ...]
    """Where they differ, and what is not available."""


def describe(evidence: Evidence) -> list[str]:
    """Return the evidence as lines."""
    parts = describe_parts(evidence)
    return [*parts.run, *(f"A: {line}" for line in parts.a), *(f"B: {line}" for line in parts.b), *parts.rest]


def describe_parts(evidence: Evidence) -> Description:
    """Return the evidence as lines, those of each candidate by themselves."""
    return Description(
        tuple(_what_was_run(evidence)),
        tuple(_of_candidate(evidence.a)),
        tuple(_of_candidate(evidence.b)),
        tuple(_rest(evidence)),
    )


def _what_was_run(evidence: Evidence) -> Iterator[str]:
    examples = max(one.examples_passed + len(one.examples_failed) for one in (evidence.a, evidence.b))
    if examples or evidence.inputs or evidence.work_comparison:
        yield f"run: {evidence.entry_point}, {examples} worked examples, {evidence.inputs} generated inputs"
    if evidence.inputs:
        yield f"the candidates differ on {evidence.disagreements} of {evidence.inputs} generated inputs"


def _rest(evidence: Evidence) -> Iterator[str]:
    for difference in evidence.differences[:_MAX_LINES]:
        a, b = observed_words(difference.a), observed_words(difference.b)
        yield f"they differ: {difference.call} gives {a} (A), {b} (B)"
    for circumstance in evidence.circumstances:
        yield f"not available ({circumstance.part}): {circumstance_words(circumstance)}"
    if evidence.engine:
        yield f"run by: {evidence.engine}"
    if evidence.unsafe:
        yield "this ran WITHOUT a sandbox (--engine unsafe)"


def _of_candidate(candidate: CandidateEvidence) -> Iterator[str]:
    yield from map(fact_words, candidate.facts)
    if candidate.load_failure:
        yield f"does not load: {observed_words(candidate.load_failure)}"
    if candidate.examples_passed or candidate.examples_failed:
        yield f"passes {candidate.examples_passed} examples, fails {len(candidate.examples_failed)}"
    for failed in candidate.examples_failed[:_MAX_LINES]:
        yield f"{failed.call} should give {failed.expected}, and gives {observed_words(failed.got)}"
    for incident in candidate.incidents[:_MAX_LINES]:
        yield f"goes wrong {incident_words(incident)}"
    yield from _work(candidate)
    for finding in sorted(candidate.findings, key=lambda finding: (-weight(finding), finding.line))[:_MAX_LINES]:
        checked = ", behind a check" if finding.guarded else ""
        yield f"line {finding.line}: {finding.message} (CWE-{finding.cwe}, {finding.severity}{checked})"
    if len(candidate.findings) > _MAX_LINES:
        yield f"and {len(candidate.findings) - _MAX_LINES} more findings"


def _work(candidate: CandidateEvidence) -> Iterator[str]:
    if not candidate.work:
        return
    least, most = candidate.work[0], candidate.work[-1]
    grows = (
        f", growing as size^{candidate.growth.exponent:.2f}±{candidate.growth.error:.2f}" if candidate.growth else ""
    )
    yield f"work: size {most.size:,} in {most.fuel:,} instructions, from {least.size:,}{grows}"
