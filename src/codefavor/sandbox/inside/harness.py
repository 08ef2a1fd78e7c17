"""Loads one candidate, makes calls, and reports what came of each. It runs beside the candidate, in either engine.

It reports values and judges nothing. The candidate shares this interpreter and may break it or report in its place: all
it can gain is to misstate what it returned. What it costs is measured outside.
"""

import ast
import base64
import io
import marshal
import random
import sys
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType, TracebackType
from typing import Any

from codefavor.sandbox.inside.packing import pack
from codefavor.sandbox.inside.values import TooLarge, canonical, encode
from codefavor.sandbox.wire import LOADING, MAX_TEXT, CallEnding, CallReport, CallRequest, Raised

CANDIDATE = "<candidate>"
"""The file name that tracebacks give the candidate's own lines."""
MODULE = "candidate"
"""The name of the module that a candidate is."""
RECURSION = 1500


class CallTimedOut(BaseException):
    """A call has taken all its time; raised into it by the native engine."""


class BoundedText(io.StringIO):
    """Text that stops growing, for the standard output of a candidate."""

    def write(self, text: str) -> int:
        """Keep what fits of `text`."""
        if self.tell() < MAX_TEXT:
            super().write(str(text)[: MAX_TEXT - self.tell()])
        return len(text)


class Harness:
    """One candidate, loaded once and called many times."""

    def __init__(
        self,
        report: Callable[[CallReport], None],
        timer: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        """Hand reports to `report`; `timer` is around every call and may raise `CallTimedOut` into it."""
        self._report = report
        self._timer = timer
        self._module = ModuleType(MODULE)

    def load(self, code: str) -> bool:
        """Load the candidate and report what came of it; return whether calls can be made."""
        sys.setrecursionlimit(RECURSION)
        sys.modules[MODULE] = self._module
        return self._attempt(LOADING, lambda: self._execute(code))

    def run_program(self, code: str) -> int:
        """Run the candidate as a program and return its exit status, as the interpreter would.

        An exception that ends it is reported, and printed without the steps of the harness.
        """
        sys.setrecursionlimit(RECURSION)
        self._module.__name__ = "__main__"
        sys.modules["__main__"] = self._module
        try:
            self._execute(code)
        except SystemExit as leaving:
            if leaving.code is None or isinstance(leaving.code, int):
                return leaving.code or 0
            print(leaving.code, file=sys.stderr)  # noqa: T201 - as the interpreter does
            return 1
        except BaseException as error:  # noqa: BLE001 - a program may end with anything
            self._report(CallReport(LOADING, "raised", raised=describe(error)))
            error.__traceback__ = outside_harness(error)
            traceback.print_exception(error)
            return 1
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
        return 0

    def call(self, request: CallRequest, measured: bool = False) -> None:
        """Make one call and report what came of it.

        Args:
            request: the call.
            measured: whether its work is compared, so that no more is done than has to be: changed arguments are not
                noticed, and a plain result is packed.
        """
        random.seed(0)  # noqa: TID251 - the candidate's own global generator, the same in every run
        call = _Call(request, self._module.__dict__)
        if self._attempt(request.index, call.prepare, silent=True):
            before = None if measured else call.arguments_as_data()
            self._attempt(request.index, call.make, lambda: call.is_mutated(before), packs=measured)

    def _execute(self, code: str) -> None:
        exec(compile(code, CANDIDATE, "exec", dont_inherit=True), self._module.__dict__)

    def _attempt(
        self,
        index: int,
        action: Callable[[], object],
        is_mutated: Callable[[], bool | None] = lambda: None,
        silent: bool = False,
        packs: bool = False,
    ) -> bool:
        sys.stdout = stdout = BoundedText()
        ended: CallEnding = "returned"
        value, packed, raised = None, None, None
        try:
            with self._timer():
                result = action()
                packed = pack(result) if packs else None
                value = encode(result) if packed is None else None
        except TooLarge:
            ended = "too large"
        except CallTimedOut:
            ended = "timed out"
        except BaseException as error:  # noqa: BLE001 - whatever the candidate raises is its result
            ended, raised = "raised", describe(error)
        if not (silent and ended == "returned"):
            self._report(CallReport(index, ended, value, packed, raised, stdout.getvalue(), is_mutated()))
        return ended == "returned"


class _Call:
    """One call: its function and arguments where it is a plain call, so that changed arguments are seen."""

    def __init__(self, request: CallRequest, namespace: dict[str, Any]) -> None:
        self._request = request
        self._namespace = namespace
        self._function: Any = None
        self._arguments: list[Any] = []
        self._keywords: dict[str, Any] = {}
        self._code: Any = None

    def prepare(self) -> None:
        """Evaluate what comes before the call: statements, the function, the arguments."""
        if self._request.function:
            self._function = eval(self._request.function, self._namespace)
            self._arguments = list(marshal.loads(base64.b64decode(self._request.arguments)))
            return
        *statements, last = ast.parse(self._request.source).body or [ast.Pass()]
        exec(compile(ast.Module(statements, []), "<call>", "exec"), self._namespace)
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

    def make(self) -> Any:
        """Make the call."""
        if self._function is not None:
            return self._function(*self._arguments, **self._keywords)
        return eval(self._code, self._namespace)

    def arguments_as_data(self) -> str | None:
        """Return the arguments as text, to be compared with the same after the call; None when they are too large."""
        try:
            return canonical(encode([self._arguments, list(self._keywords.values())]))
        except TooLarge:
            return None

    def is_mutated(self, before: str | None) -> bool | None:
        """Return whether the arguments are not what they were; None when they are too large to tell."""
        return None if before is None else self.arguments_as_data() != before


def _is_plain_call(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and not any(isinstance(argument, ast.Starred) for argument in node.args)
        and all(keyword.arg for keyword in node.keywords)
    )


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
