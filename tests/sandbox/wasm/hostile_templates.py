"""Programs that try to outlive, outgrow or confuse their guest: templates, in the file beside this one, and numbers."""

from itertools import count, islice
from pathlib import Path

from codefavor.sandbox.job import Job, SandboxCall
from codefavor.sandbox.wire import ProcessLimits

LIMITS = ProcessLimits(memory=128 << 20, output=100_000, guest_seconds=120)
"""Limits of every hostile program; the clock is far, so that fuel ends them."""
CALL_FUEL = 60_000_000
"""Fuel of its call."""
_LOADING_FUEL, _IMPORTING_FUEL = 60_000_000, 2_000_000_000
_STEP = 3
_TOKEN = """import sys
frame = sys._getframe()
while not hasattr(frame.f_locals.get("load"), "token"):
    frame = frame.f_back
t = frame.f_locals["load"].token.encode()
"""
"""Finds what every report begins with; `@token` in a template."""


def read_templates() -> list[tuple[str, str, str]]:
    """Return the language, the kind and the code of every template; `{n}` in it is a number."""
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").replace("@token\n", _TOKEN)
    sections = [section.partition("\n") for section in text.removeprefix("=== ").split("\n=== ")]
    return [(language, kind, code) for head, _, code in sections for language, kind in [head.split(": ")]]


def hostile_jobs(number: int) -> list[tuple[str, Job]]:
    """Return so many jobs, each with its language and kind: every template in turn, with ever other numbers."""
    templates = read_templates()
    jobs = (
        (f"{language}: {kind}", _job(code.replace("{n}", str(n)), language))
        for n in count(1, _STEP)
        for language, kind, code in templates
    )
    return list(islice(jobs, number))


def _job(code: str, language: str) -> Job:
    budget = _IMPORTING_FUEL if "numpy" in code else _LOADING_FUEL
    return Job(code, (SandboxCall("f(1)", CALL_FUEL),), language=language, limits=LIMITS, budget=budget)
