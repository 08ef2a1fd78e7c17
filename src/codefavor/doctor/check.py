"""One check of this machine, and the diagnosis made of all of them."""

from typing import Literal

from codefavor.record import Record

State = Literal["ok", "missing", "broken"]


class Check(Record):
    """One thing that was looked at."""

    part: str
    """What was looked at."""
    state: State
    """ok: usable. missing: not installed. broken: installed, and not usable as it is."""
    detail: str
    """What was found."""
    fix: str | None = None
    """The command that fixes it, where there is something to fix."""
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
