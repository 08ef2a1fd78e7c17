"""The sentences for codes: facts, outcomes, incidents, circumstances. Nothing reads them back."""

from codefavor.languages.registry import title_of
from codefavor.pairs.circumstance import Circumstance, CircumstanceCode
from codefavor.pairs.evidence import Evidence, Incident, IncidentCode, Observed, OutcomeCode
from codefavor.pairs.fact import Fact, FactCode

_FACTS: dict[FactCode, str] = {
    FactCode.SYNTAX_ERROR: "It is not Python 3: {message}{line}{cut}.",
    FactCode.NO_ENTRY_POINT: "It defines no function {name}.",
    FactCode.UNDEFINED_NAME: "undefined name {name!r}{line}.",
    FactCode.UNDEFINED_LOCAL: "local variable {name!r} referenced before assignment{line}.",
    FactCode.RETURN_OUTSIDE_FUNCTION: "'return' outside function{line}.",
    FactCode.YIELD_OUTSIDE_FUNCTION: "'yield' outside function{line}.",
    FactCode.CONTINUE_OUTSIDE_LOOP: "'continue' not properly in loop{line}.",
    FactCode.BREAK_OUTSIDE_LOOP: "'break' outside loop{line}.",
    FactCode.EMPTY_FUNCTION: "The function {name} has no body.",
    FactCode.PRINTS_RESULT: "The function {name} prints its result and returns none.",
}
_OUTCOMES: dict[OutcomeCode, str] = {
    OutcomeCode.RETURNED: "{text}",
    OutcomeCode.RAISED: "{exception}: {text}",
    OutcomeCode.TOO_LARGE: "a value too large to show",
    OutcomeCode.EXHAUSTED: "too much work: it was stopped",
    OutcomeCode.TIMED_OUT: "it was stopped by the clock",
    OutcomeCode.DIED: "the process ended",
    OutcomeCode.NOT_RUN: "it was not run",
}
_INCIDENTS: dict[IncidentCode, str] = {
    IncidentCode.CRASH: "crash",
    IncidentCode.UNDEFINED_NAME: "undefined name",
    IncidentCode.WRONG_TYPE: "wrong type",
    IncidentCode.ENDLESS: "endless",
    IncidentCode.CHANGED_ARGUMENTS: "changed arguments",
}
_CIRCUMSTANCES: dict[CircumstanceCode, str] = {
    CircumstanceCode.LANGUAGE_NOT_RUN: "{language} is not run yet.",
    CircumstanceCode.LANGUAGE_NOT_ANALYSED: "{language} is not analysed yet.",
    CircumstanceCode.NO_ENTRY_POINT: "No function to call is known to both candidates.",
    CircumstanceCode.NO_EXAMPLES: "The instruction shows no worked example.",
    CircumstanceCode.EXAMPLES_IN_DOUBT: "{count} examples fail with both candidates and do not count.",
    CircumstanceCode.NOT_LOADED: "A candidate cannot be loaded.",
    CircumstanceCode.NO_ARGUMENTS: "{name} takes no arguments to vary.",
    CircumstanceCode.NO_GROWING_INPUTS: "No growing inputs could be run.",
    CircumstanceCode.CRITERION_NOT_TESTABLE: "Running both says nothing about this criterion.",
    CircumstanceCode.NOT_RUN: "It was not run. {detail}",
    CircumstanceCode.STOPPED: "It was stopped after {seconds:g} s of running it.",
    CircumstanceCode.GUESSED_ARGUMENTS: "On guessed arguments the difference in work is too small to tell.",
    CircumstanceCode.NEEDS_ITS_MODULE: "It cannot be loaded outside its module: {detail}.",
    CircumstanceCode.ANALYSIS_FAILED: "The analysis failed with {name}.",
}
LANGUAGE_CODES = (CircumstanceCode.LANGUAGE_NOT_RUN, CircumstanceCode.LANGUAGE_NOT_ANALYSED)


def fact_words(fact: Fact) -> str:
    """Return a fact as a sentence about the candidate."""
    line = "" if fact.line is None else f" in line {fact.line}"
    cut = ", the code seems cut short" if fact.at_end else ""
    return _FACTS[fact.code].format(name=fact.name, message=fact.message, line=line, cut=cut)


def observed_words(observed: Observed) -> str:
    """Return what came of a call: the value, the last line of a traceback, or how it ended."""
    if observed.code is OutcomeCode.RAISED and not observed.text:
        return observed.exception or "an exception"
    return _OUTCOMES[observed.code].format(text=observed.text, exception=observed.exception)


def incident_words(incident: Incident) -> str:
    """Return an incident as words after "goes wrong"."""
    kind = _INCIDENTS[incident.code]
    if incident.call is None or incident.got is None:
        return f"({kind}): nothing defines {incident.name}"
    return f"({kind}) on {incident.call}: {observed_words(incident.got)}"


def circumstance_words(circumstance: Circumstance) -> str:
    """Return why something is not available, as a sentence."""
    return _CIRCUMSTANCES[circumstance.code].format(
        language=title_of(circumstance.name or ""),
        name=circumstance.name,
        count=circumstance.count,
        seconds=circumstance.seconds or 0,
        detail=circumstance.detail,
    )


def reasons(evidence: Evidence) -> str:
    """Return why there is no more evidence than there is; "" where nothing is missing."""
    return " ".join(dict.fromkeys(circumstance_words(circumstance) for circumstance in evidence.circumstances))
