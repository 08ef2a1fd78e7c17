"""Counts the bytecode instructions that a piece of work executes: the same number in every run.

What C functions do inside is not seen. From Python 3.12 by `sys.monitoring`, before by `sys.settrace`. A candidate can
switch off either; the limit of processor time stands behind both.
"""

import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self


class Counter:
    """Counts while it is entered; calls `exhausted` once the budget is spent."""

    def __init__(self, budget: int, exhausted: Callable[[], object]) -> None:
        self.count = 0
        self._budget = budget
        self._exhausted = exhausted

    def __enter__(self) -> Self:
        if sys.version_info >= (3, 12):
            self._monitor()
        else:
            sys.settrace(self._enter_frame)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if sys.version_info >= (3, 12):
            sys.monitoring.set_events(sys.monitoring.PROFILER_ID, 0)
            sys.monitoring.free_tool_id(sys.monitoring.PROFILER_ID)
        else:
            sys.settrace(None)

    def _enter_frame(self, frame: FrameType, event: str, argument: Any) -> Any:
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        return self._step

    def _step(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "opcode":
            self._instruction()
        return self._step

    def _instruction(self, *where: object) -> None:
        self.count += 1
        if self.count > self._budget:
            self._exhausted()

    if sys.version_info >= (3, 12):

        def _monitor(self) -> None:
            tool, events = sys.monitoring.PROFILER_ID, sys.monitoring.events.INSTRUCTION
            sys.monitoring.use_tool_id(tool, "codefavor")
            sys.monitoring.register_callback(tool, events, self._instruction)
            sys.monitoring.set_events(tool, events)
