"""A review as SARIF 2.1.0, which code hosts show beside the lines of a change.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" with errata 01. One result is made of
every criterion by which a function is worse, and one of every new finding; what is better or undecided is no result.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from codefavor import __version__
from codefavor.pairs.finding import Finding, Grade
from codefavor.record import content_digest
from codefavor.review.records import FunctionReview, Judged, Review
from codefavor.review.text import label

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Grade, str] = {"low": "note", "medium": "warning", "high": "error"}
_Json = dict[str, Any]


def as_sarif(review: Review) -> str:
    """Return the review as a SARIF log."""
    results = [result for function in review.functions for result in _results(function)]
    driver = {
        "name": "codefavor",
        "version": __version__,
        "rules": [_rule(name) for name in sorted({result["ruleId"] for result in results})],
    }
    unjudged = [
        {"level": "note", "message": {"text": each.reason}, "locations": [_location(each.path)]}
        for each in review.not_judged
    ]
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": unjudged}],
        "columnKind": "unicodeCodePoints",
        "properties": {"compared": review.compared, "judge": review.judge},
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(name: str) -> _Json:
    kind, _, about = name.partition("/")
    description = (
        f"The change makes a function worse: {about}." if kind == "worse" else f"The change brings a finding: {about}."
    )
    return {"id": name, "shortDescription": {"text": description}}


def _results(function: FunctionReview) -> Iterator[_Json]:
    for judged in function.judged:
        if judged.outcome == "worse":
            yield _worse(function, judged)
    for finding in function.new_findings:
        yield _found(function, finding)


def _worse(function: FunctionReview, judged: Judged) -> _Json:
    sureness = "" if judged.sureness is None else f" with probability {judged.sureness:.2f}"
    text = f"{function.name}: worse by {label(judged)}{sureness} (A is the old code, B the new). {judged.words}"
    rule = f"worse/{judged.criterion.key}"
    result = _result(rule, "warning", text, function, function.first_line, function.last_line)
    return result | {"properties": {"evidence": list(judged.evidence), "probability": judged.sureness}}


def _found(function: FunctionReview, finding: Finding) -> _Json:
    text = f"{function.name}: {finding.message} (CWE-{finding.cwe})"
    return _result(f"finding/{finding.rule}", _LEVELS[finding.severity], text, function, finding.line, finding.line)


def _result(rule: str, level: str, text: str, function: FunctionReview, first: int, last: int) -> _Json:
    location = _location(function.path)
    location["physicalLocation"]["region"] = {"startLine": first, "endLine": last}
    location["logicalLocations"] = [{"fullyQualifiedName": function.name, "kind": "function"}]
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": text},
        "locations": [location],
        "partialFingerprints": {"codefavorFunction/v1": content_digest([rule, function.path, function.name])},
    }


def _location(path: str) -> _Json:
    return {"physicalLocation": {"artifactLocation": {"uri": quote(path), "uriBaseId": "%SRCROOT%"}}}
