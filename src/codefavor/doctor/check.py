"""What one look at the machine found, and all of them together."""

from typing import Literal

from codefavor.record import Record

State = Literal["ok", "missing", "broken"]


class Check(Record):
    """One thing that was looked at."""

    part: str
    """What was looked at."""
    state: State
    """ok: there and fit for use. missing: not there. broken: there, and of no use as it is."""
    detail: str
    """What was found."""
    fix: str | None = None
    """The line that mends it, where something is to be mended."""
    needed: bool = False
    """Whether the core job cannot be done without it."""


class Diagnosis(Record):
    """Everything that was looked at."""

    version: str
    """The version of codefavor."""
    able: bool
    """Whether the core job can be done: to compare two pieces of code by the default judge."""
    checks: tuple[Check, ...]
    """What was found, in the order of looking."""


def diagnose(version: str, checks: list[Check]) -> Diagnosis:
    """Return the diagnosis that follows from `checks`."""
    able = all(check.state == "ok" for check in checks if check.needed)
    return Diagnosis(version=version, able=able, checks=tuple(checks))
