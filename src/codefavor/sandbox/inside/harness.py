"""Runs one candidate in this process, already locked down: loads its code, makes the calls, reports what came of each.

It reports values and numbers and judges nothing. The candidate shares this interpreter and may break it or write lines
of its own; all it can gain is to misstate what it returned or how much it worked.
"""

import ast
import io
import os
import random
import sys
import time
from collections.abc import Callable
from types import ModuleType, TracebackType
from typing import Any

from codefavor.sandbox.inside.counting import Counter
from codefavor.sandbox.inside.metered_source import METER, metered
from codefavor.sandbox.inside.metering import CANDIDATE as MODULE
from codefavor.sandbox.inside.metering import CostMeter
from codefavor.sandbox.inside.values import TooLarge, canonical, encode
from codefavor.sandbox.wire import (
    LOADING,
    MAX_TEXT,
    CallEnding,
    CallReport,
    CallRequest,
    Raised,
    RunRequest,
    to_json,
)

CANDIDATE = "<candidate>"
"""The file name that tracebacks give the candidate's own lines."""
RECURSION = 1500
_STOPPED_FOR_WORK = 77


class BoundedText(io.StringIO):
    """Text that stops growing, for the standard output of a candidate."""

    def write(self, text: str) -> int:
        """Keep what fits of `text`."""
        if self.tell() < MAX_TEXT:
            super().write(str(text)[: MAX_TEXT - self.tell()])
        return len(text)


class Harness:
    """One candidate, loaded once and called many times."""

    def __init__(self, request: RunRequest, results: int) -> None:
        self._request = request
        self._results = results
        self._module = ModuleType(MODULE)
        self._at = LOADING
        self._enough = False
        self._exit: Callable[[int], object] = os._exit
        self._meter = CostMeter(self._stop)
        self._metered: dict[str, Any] | None = None

    def run(self) -> None:
        """Load the candidate and make every call of the request, reporting what came of each."""
        sys.setrecursionlimit(RECURSION)
        sys.modules[MODULE] = self._module
        if self._attempt(LOADING, lambda: self._load(self._request.code), self._request.budget):
            for call in self._request.calls:
                self._call(call)
                if self._enough:
                    break

    def run_program(self) -> None:
        """Run the candidate as a program, its output to this process' own."""
        sys.setrecursionlimit(RECURSION)
        sys.stdin = open(0, encoding="utf-8")
        sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)
        self._module.__name__ = "__main__"
        sys.modules["__main__"] = self._module
        self._load(self._request.code)

    def _load(self, code: str) -> None:
        exec(compile(code, CANDIDATE, "exec", dont_inherit=True), self._module.__dict__)

    def _call(self, call: CallRequest) -> None:
        random.seed(0)  # noqa: TID251 - the candidate's own global generator, the same in every run
        work = _Work(call.source, self._module.__dict__)
        if not self._attempt(call.index, work.prepare, call.budget, silent=True):
            return
        before = work.arguments_as_data()
        if call.budget:
            self._attempt(call.index, work.call, call.budget, lambda: work.note_mutation(before))
        if call.meter:
            self._report(self._measured(call))
        if call.repeats:
            fastest = _fastest(work, call.repeats)
            self._enough = 0 < self._request.stop_after < (fastest or 0)
            self._report(CallReport(call.index, nanoseconds=fastest, enough=self._enough))

    def _measured(self, call: CallRequest) -> CallReport:
        """Make the call in a copy of the candidate that is metered."""
        try:
            if self._metered is None:
                self._metered = {"__name__": MODULE, METER: self._meter}
                self._meter.start(self._request.budget)
                code = metered(self._request.code)
                exec(compile(code, CANDIDATE, "exec", dont_inherit=True), self._metered)
            work = _Work(call.source, self._metered)
            work.prepare()
            random.seed(0)  # noqa: TID251 - as before the counted run
            self._meter.start(call.budget)
            work.call()
        except BaseException:  # noqa: BLE001 - the counted run has reported what the candidate raises
            return CallReport(call.index)
        return CallReport(call.index, cost=round(self._meter.cost), unpriced=tuple(sorted(self._meter.unpriced)))

    def _attempt(
        self,
        index: int,
        action: Callable[[], object],
        budget: int,
        was_mutated: Callable[[], bool | None] = lambda: None,
        silent: bool = False,
    ) -> bool:
        self._at = index
        sys.stdout = stdout = BoundedText()
        counter = Counter(budget, self._stop)
        ended: CallEnding = "returned"
        value, raised = None, None
        try:
            with counter:
                returned = action()
            value = encode(returned)
        except TooLarge:
            ended = "too large"
        except BaseException as error:  # noqa: BLE001 - whatever the candidate raises is its result
            ended, raised = "raised", describe(error)
        if not (silent and ended == "returned"):
            text, count = stdout.getvalue(), counter.count
            self._report(CallReport(index, ended, value, raised, count, text, mutated=was_mutated()))
        return ended == "returned"

    def _stop(self) -> None:
        self._report(CallReport(self._at, ended="exhausted"))
        self._exit(_STOPPED_FOR_WORK)

    def _report(self, report: CallReport) -> None:
        line = to_json(report).encode() + b"\n"
        while line:
            line = line[os.write(self._results, line) :]


class _Work:
    """One call: its function and arguments where it is a plain call, so that mutated arguments are seen.

    Arguments that a counted call left as they were are `reusable` when it is timed.
    """

    def __init__(self, source: str, namespace: dict[str, Any]) -> None:
        self._source = source
        self._namespace = namespace
        self._function: Any = None
        self._arguments: list[Any] = []
        self._keywords: dict[str, Any] = {}
        self._code: Any = None
        self.reusable = False

    def prepare(self) -> None:
        """Evaluate what comes before the call: statements, the function, fresh arguments."""
        *statements, last = ast.parse(self._source).body or [ast.Pass()]
        exec(compile(ast.Module(statements, []), "<call>", "exec"), self._namespace)
        self._function = None
        if isinstance(last, ast.Expr) and _is_plain_call(last.value):
            call: Any = last.value
            self._function = self._evaluate(call.func)
            self._arguments = [self._evaluate(argument) for argument in call.args]
            self._keywords = {keyword.arg: self._evaluate(keyword.value) for keyword in call.keywords}
        elif isinstance(last, ast.Expr):
            self._code = compile(ast.Expression(last.value), "<call>", "eval")
        else:
            self._code = compile(ast.Module([last], []), "<call>", "exec")

    def _evaluate(self, node: ast.expr) -> Any:
        return eval(compile(ast.Expression(node), "<call>", "eval"), self._namespace)

    def call(self) -> Any:
        """Make the call on the arguments as they are."""
        if self._function is not None:
            return self._function(*self._arguments, **self._keywords)
        return eval(self._code, self._namespace)

    def arguments_as_data(self) -> str | None:
        """Return the arguments as text, to be compared with the same after the call."""
        try:
            return canonical(encode([self._arguments, list(self._keywords.values())]))
        except TooLarge:
            return None

    def note_mutation(self, before: str | None) -> bool | None:
        """Return whether the arguments are not what they were; None when they are too large to tell."""
        mutated = None if before is None else self.arguments_as_data() != before
        self.reusable = mutated is False and self._function is not None
        return mutated


def _is_plain_call(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and not any(isinstance(argument, ast.Starred) for argument in node.args)
        and all(keyword.arg for keyword in node.keywords)
    )


def _fastest(work: _Work, repeats: int) -> int | None:
    fastest = None
    for _ in range(repeats):
        try:
            if not work.reusable:
                work.prepare()
            start = time.thread_time_ns()
            work.call()
            spent = time.thread_time_ns() - start
        except BaseException:  # noqa: BLE001 - the counted run has reported it
            return None
        fastest = spent if fastest is None else min(fastest, spent)
    return fastest


def describe(error: BaseException) -> Raised:
    """Return an exception as data: its type, the types above it, its message and the candidate's last line in it."""
    try:
        message = str(error)[:MAX_TEXT]
    except Exception:  # noqa: BLE001 - a foreign __str__ may raise anything
        message = ""
    line, at = None, outside_harness(error)
    while at is not None:
        if at.tb_frame.f_code.co_filename == CANDIDATE:
            line = at.tb_lineno
        at = at.tb_next
    bases = tuple(parent.__name__ for parent in type(error).__mro__[:-1])
    return Raised(type(error).__name__, bases, message, line)


def outside_harness(error: BaseException) -> TracebackType | None:
    """Return the part of a traceback that lies in the candidate, without the steps of the harness that led there."""
    at = error.__traceback__
    while at is not None and at.tb_frame.f_code.co_filename != CANDIDATE:
        at = at.tb_next
    return at
