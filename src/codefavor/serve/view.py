"""The playground as HTML: the page, and the fragment with a verdict. Everything foreign in both is escaped."""

from itertools import count
from typing import Literal

from markupsafe import Markup

from codefavor.evidence.describe import Description, describe_parts
from codefavor.evidence.words import observed_words
from codefavor.languages.registry import known_languages
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.evidence import CandidateEvidence, Evidence
from codefavor.pairs.verdict import Verdict
from codefavor.record import Record
from codefavor.serve.messages import LONGEST_CODE
from codefavor.web.highlight import highlight, visible_html
from codefavor.web.templating import templates_of

_TEMPLATES = templates_of("codefavor.serve")
_HEADLINES = {"A": "A is better", "B": "B is better", "tie": "A tie", None: "Undecided"}


class Line(Record):
    """One line of a candidate."""

    model_config = {"arbitrary_types_allowed": True}

    number: int
    """Its number, from 1."""
    code: Markup
    """The line as HTML."""
    findings: tuple[str, ...]
    """What the analysers say of it."""


class Witness(Record):
    """One call and what came of it with each candidate, as HTML."""

    model_config = {"arbitrary_types_allowed": True}

    kind: Literal["worked example", "generated input"]
    """Where the call comes from."""
    call: Markup
    """The call."""
    expected: Markup | None
    """What the instruction says should come of it, where it says so."""
    a: Markup | None
    """What came of it with A; None where it was as expected."""
    b: Markup | None
    """What came of it with B; None where it was as expected."""


def render_page(judge: str, asks_for_token: bool) -> str:
    """Return the playground."""
    return _TEMPLATES.get_template("playground.html").render(
        judge=judge,
        asks_for_token=asks_for_token,
        aspects=list(Aspect),
        languages=known_languages(),
        longest=LONGEST_CODE,
    )


def render_answer(comparison: Comparison, verdict: Verdict) -> str:
    """Return the fragment for a verdict on a comparison as the judge read it."""
    evidence = verdict.evidence
    words = describe_parts(_without_witnesses(evidence)) if evidence else Description((), (), (), ())
    return _TEMPLATES.get_template("answer.html").render(
        headline=_HEADLINES[verdict.choice],
        choice=verdict.choice,
        prob_a=verdict.prob_a,
        judge=verdict.judge,
        reason=visible_html(verdict.undecided or verdict.feedback or ""),
        account=[visible_html(line) for line in (*words.run, *words.rest)],
        accounts={"A": list(map(visible_html, words.a)), "B": list(map(visible_html, words.b))},
        witnesses=_witnesses(evidence, comparison.language) if evidence else [],
        candidates={
            "A": _lines(comparison.code_a, comparison.language, evidence.a if evidence else None),
            "B": _lines(comparison.code_b, comparison.language, evidence.b if evidence else None),
        },
    )


def _without_witnesses(evidence: Evidence) -> Evidence:
    """Return the evidence without what the table of calls and the lines of code show."""
    a, b = (candidate.model_copy(update={"findings": ()}) for candidate in (evidence.a, evidence.b))
    return evidence.model_copy(update={"a": a, "b": b, "differences": ()})


def _lines(code: str, language: str, evidence: CandidateEvidence | None) -> list[Line]:
    findings: dict[int, list[str]] = {}
    for finding in evidence.findings if evidence else ():
        findings.setdefault(finding.line, []).append(f"{finding.message} (CWE-{finding.cwe}, {finding.severity})")
    return [
        Line(number=number, code=line, findings=tuple(findings.get(number, ())))
        for number, line in zip(count(1), highlight(code, language))
    ]


def _witnesses(evidence: Evidence, language: str) -> list[Witness]:
    """Return the calls that tell the candidates apart, one a call, coloured as code of `language`."""

    def coloured(text: str) -> Markup:
        return Markup("\n").join(highlight(text, language))

    failed_a = {example.call: example for example in evidence.a.examples_failed}
    failed_b = {example.call: example for example in evidence.b.examples_failed}
    examples = [
        Witness(
            kind="worked example",
            call=coloured(call),
            expected=coloured(either.expected),
            a=coloured(observed_words(failed_a[call].got)) if call in failed_a else None,
            b=coloured(observed_words(failed_b[call].got)) if call in failed_b else None,
        )
        for call, either in {**failed_b, **failed_a}.items()
    ]
    return examples + [
        Witness(
            kind="generated input",
            call=coloured(difference.call),
            expected=None,
            a=coloured(observed_words(difference.a)),
            b=coloured(observed_words(difference.b)),
        )
        for difference in evidence.differences
    ]
