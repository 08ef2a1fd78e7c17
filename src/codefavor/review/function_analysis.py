"""What is known of one changed function before any judge is asked: what can run of it, and what reading shows."""

import ast
import re
from dataclasses import dataclass, replace

from codefavor.evidence.findings import find
from codefavor.evidence.findings.compare import weight
from codefavor.languages.python.functions import Function
from codefavor.pairs.finding import Finding
from codefavor.review.changed_functions import ChangedFunction, FunctionSide, SourceFile
from codefavor.review.module_context import ModuleContext, NotStandalone

LEAST_WEIGHT = 0.5
"""The least weight of a new finding that is reported; remarks on imports and asserts weigh less."""


@dataclass(frozen=True)
class FunctionAnalysis:
    """What is known of one changed function, the old side first."""

    codes: tuple[str, str] | None
    """Both sides as modules that can run alone, the function under one name; None where that is not possible."""
    why_not: str
    """Why they cannot, in a sentence."""
    undefined: tuple[frozenset[str], frozenset[str]]
    """Names without a meaning in the whole file, of each side those that the other does not have."""
    findings: tuple[tuple[Finding, ...], tuple[Finding, ...]]
    """What the analysers see in each side, with lines of its file."""

    def swapped(self) -> "FunctionAnalysis":
        """Return the analysis with the new side first."""
        return replace(
            self,
            codes=self.codes and (self.codes[1], self.codes[0]),
            undefined=(self.undefined[1], self.undefined[0]),
            findings=(self.findings[1], self.findings[0]),
        )

    @property
    def new_findings(self) -> tuple[Finding, ...]:
        """What they see in the new side beyond the old, mere remarks left out: of each rule as many as were added."""
        left = [finding.rule for finding in self.findings[0]]
        fresh = []
        for finding in self.findings[1]:
            if weight(finding) < LEAST_WEIGHT:
                continue
            if finding.rule in left:
                left.remove(finding.rule)
            else:
                fresh.append(finding)
        return tuple(fresh)


class FunctionAnalyser:
    """Analyses changed functions; what is read of a file is kept for its other functions."""

    def __init__(self) -> None:
        self._contexts: dict[tuple[str, str], ModuleContext] = {}

    def analyse(self, changed: ChangedFunction) -> FunctionAnalysis:
        """Return the analysis of a changed function; of one that was added or deleted the findings alone."""
        old, new = changed.old, changed.new
        findings = (_findings(old), _findings(new))
        if old is None or new is None:
            return FunctionAnalysis(None, "There is nothing to compare with.", (frozenset(), frozenset()), findings)
        around_old, around_new = self._around(old.file), self._around(new.file)
        unknown = (around_old.undefined(old), around_new.undefined(new))
        undefined = (frozenset(unknown[0] - unknown[1]), frozenset(unknown[1] - unknown[0]))
        why_not = _why_not_called(old.function, new.function)
        if why_not:
            return FunctionAnalysis(None, why_not, undefined, findings)
        alone = (around_old.make_standalone(old), around_new.make_standalone(new))
        for each in alone:
            if isinstance(each, NotStandalone):
                return FunctionAnalysis(None, each.reason, undefined, findings)
        codes = tuple(each.code for each in alone if not isinstance(each, NotStandalone))
        return FunctionAnalysis((under_name(codes[0], old.function, new.function), codes[1]), "", undefined, findings)

    def _around(self, file: SourceFile) -> ModuleContext:
        key = (file.path, file.code)
        if key not in self._contexts:
            self._contexts[key] = ModuleContext(file)
        return self._contexts[key]


def under_name(code: str, old: Function, new: Function) -> str:
    """Return code of the old function with its name replaced by the new one's, so that one call fits both."""
    return code if old.name == new.name else re.sub(rf"\b{re.escape(old.name)}\b", new.name, code)


def _why_not_called(old: Function, new: Function) -> str:
    if old.owner or new.owner:
        return "It is a method, and objects to call it on are not made up."
    if old.is_async or new.is_async:
        return "It is asynchronous."
    if _parameters(old) != _parameters(new):
        return "Its parameters changed, so that one input means two things."
    if not _parameters(new):
        return "It takes no arguments to vary."
    return ""


def _parameters(function: Function) -> str:
    (definition,) = ast.parse(f"{function.signature}: pass").body
    assert isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef)
    arguments = definition.args
    every = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return ", ".join(argument.arg for argument in every if argument)


def _findings(side: FunctionSide | None) -> tuple[Finding, ...]:
    """Return the findings in one function below its imports, on the lines of its file."""
    if side is None:
        return ()
    function = side.function
    header = "\n".join([*function.imports, "", ""]) + "\n"
    before = header.count("\n")
    found = find(header + function.source).findings
    return tuple(
        each.model_copy(update={"line": each.line - before + function.first_line - 1})
        for each in found
        if each.line > before
    )
