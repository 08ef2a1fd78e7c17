"""The evidence as a person would want it: what was run, what failed, how the work grows, what the analysers say.

Pure text, a line each; what follows from it is `codefavor.evidence.decision`'s business.
"""

from collections.abc import Iterator

from codefavor.evidence.findings.compare import weight
from codefavor.pairs.evidence import CandidateEvidence, Evidence

_MOST = 3
"""The most failures, incidents, findings or differences that are told of each kind."""


def account(evidence: Evidence) -> list[str]:
    """Return the evidence as lines."""
    lines = list(_what_was_run(evidence))
    for name, candidate in (("A", evidence.a), ("B", evidence.b)):
        lines += [f"{name}: {line}" for line in _of_candidate(candidate)]
    lines += [f"they differ: {seen.call} gives {seen.a} (A), {seen.b} (B)" for seen in evidence.differences[:_MOST]]
    lines += [f"not had ({missing.part}): {missing.reason}" for missing in evidence.missing]
    if evidence.unsafe:
        lines.append("this ran WITHOUT a full sandbox (--unsafe-local)")
    return lines


def _what_was_run(evidence: Evidence) -> Iterator[str]:
    examples = max(one.examples_passed + len(one.examples_failed) for one in (evidence.a, evidence.b))
    if examples or evidence.inputs or evidence.balance:
        yield f"run: {evidence.entry}, {examples} worked examples, {evidence.inputs} generated inputs"
    if evidence.inputs:
        yield f"the candidates differ on {evidence.disagreements} of {evidence.inputs} generated inputs"


def _of_candidate(candidate: CandidateEvidence) -> Iterator[str]:
    if not candidate.parses:
        yield "is not Python 3"
    yield from candidate.problems
    if candidate.load_error:
        yield f"does not load: {candidate.load_error}"
    if candidate.examples_passed or candidate.examples_failed:
        yield f"passes {candidate.examples_passed} examples, fails {len(candidate.examples_failed)}"
    for failed in candidate.examples_failed[:_MOST]:
        yield f"{failed.call} should give {failed.expected}, and gives {failed.got}"
    for incident in candidate.incidents[:_MOST]:
        yield f"{incident.kind} on {incident.call}: {incident.detail}"
    yield from _work(candidate)
    for finding in sorted(candidate.findings, key=lambda finding: (-weight(finding), finding.line))[:_MOST]:
        checked = ", behind a check" if finding.guarded else ""
        yield f"line {finding.line}: {finding.message} (CWE-{finding.cwe}, {finding.severity}{checked})"
    if len(candidate.findings) > _MOST:
        yield f"and {len(candidate.findings) - _MOST} more findings"


def _work(candidate: CandidateEvidence) -> Iterator[str]:
    if not candidate.work:
        return
    least, most = candidate.work[0], candidate.work[-1]
    grows = (
        f", growing as size^{candidate.growth.exponent:.2f}±{candidate.growth.error:.2f}" if candidate.growth else ""
    )
    counted = "" if most.opcodes is None else f" in {most.opcodes:,} instructions"
    yield f"work: size {most.size:,}{counted}, from {least.size:,}{grows}"
