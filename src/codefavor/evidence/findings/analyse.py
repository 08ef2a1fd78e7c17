"""Finds weaknesses in one candidate's text: parse it as well as can be, then ask bandit and our own rules.

The text is never executed. What two candidates' findings say of each other is `codefavor.evidence.findings.compare`'s
business.
"""

import ast
from collections.abc import Iterator

from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.findings import checks, credentials, crypto, files, loaders, randomness, transport, web
from codefavor.evidence.findings.bandit_run import bandit_findings
from codefavor.evidence.findings.flow import flows
from codefavor.evidence.findings.names import Names, dotted
from codefavor.evidence.findings.nodes import text_of
from codefavor.evidence.findings.rule import CallRule, Hit, Module, NodeRule
from codefavor.evidence.findings.tolerant import ParsedAs, parse_tolerantly
from codefavor.pairs.finding import Finding
from codefavor.record import Record

_THEMES = (checks, credentials, crypto, files, loaders, randomness, transport, web)
_CALLS: tuple[CallRule, ...] = tuple(rule for theme in _THEMES for rule in getattr(theme, "CALLS", ()))
_NODES: dict[type[ast.AST], list[NodeRule]] = {}
for _theme in _THEMES:
    for _kind, _rules in getattr(_theme, "NODES", {}).items():
        _NODES.setdefault(_kind, []).extend(_rules)


_CHANCE = "B311"
"""Bandit's rule on chance reads names as written; ours knows `random = secrets.SystemRandom()` and overrules it."""


class Findings(Record):
    """What was found in one candidate, and how it was read."""

    findings: tuple[Finding, ...]
    """By line, then by rule."""
    parsed_as: ParsedAs
    """How the text was read: as it is, as Python 2, with repairs, or not at all."""
    analysers: tuple[str, ...]
    """The analysers that looked at it."""


def find(code: str) -> Findings:
    """Return the findings in one piece of code; any text will do."""
    return find_in(ParsedCandidate(code))


def find_in(candidate: ParsedCandidate) -> Findings:
    """Return the findings of one candidate, which need not parse."""
    parsed, code = parse_tolerantly(candidate), candidate.code
    found = [hit.finding() for hit in credentials.material(code)]
    if parsed.tree is None:
        return Findings(findings=tuple(found), parsed_as="not parsed", analysers=("text",))
    analysers = ["text"]
    try:
        found += [hit.finding() for hit in _rule_hits(parsed.tree, code)]
        analysers.append("rules")
        chance = {item.line for item in found if item.cwe == randomness.WEAK_RANDOM.cwe}
        found += [item for item in bandit_findings(parsed.tree, code) if item.rule != _CHANCE or item.line in chance]
        analysers.append("bandit")
    except RecursionError:  # nested deeper than any program; what was found until then stands
        pass
    unique = {(item.line, item.rule, item.cwe): item for item in found}
    return Findings(
        findings=tuple(unique[key] for key in sorted(unique)), parsed_as=parsed.parsed_as, analysers=tuple(analysers)
    )


def _rule_hits(tree: ast.Module, text: str) -> Iterator[Hit]:
    nodes = list(ast.walk(tree))
    names = Names(nodes)
    module = Module(tree, names, text, _surroundings(tree))
    yield from flows(tree, names)
    for node in nodes:
        for rule in _NODES.get(type(node), ()):
            yield from rule(node, module)
        if isinstance(node, ast.Call):
            name = names.of(node.func) or getattr(node.func, "attr", "")
            for call_rule in _CALLS:
                yield from call_rule(node, name, module)


def _target_name(target: ast.expr) -> str:
    if isinstance(target, ast.Subscript):
        return f"{dotted(target.value)} {text_of(target.slice) or ''}"
    return dotted(target)


def _surroundings(tree: ast.Module) -> dict[int, str]:
    """Name, for every call and assert, what it is made for: the function around it and the variable it goes to."""
    found: dict[int, str] = {}
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, around = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            around = node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.expr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            around += " " + " ".join(_target_name(target) for target in targets)
        elif isinstance(node, ast.keyword):
            around += f" {node.arg}"
        if isinstance(node, ast.Call | ast.Assert):
            found[id(node)] = around
        stack.extend((child, around) for child in ast.iter_child_nodes(node))
    return found
