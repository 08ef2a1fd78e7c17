"""Python, codefavor's own requirements, and its extras, by the metadata of what is installed; nothing is imported."""

import re
from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import NamedTuple

from codefavor.doctor.check import Check

OLDEST_PYTHON = (3, 11)
_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?P<bounds>[^;]*)(?:;.*extra == ['\"](?P<extra>.+)['\"])?"
)
_BOUND = re.compile(r"\s*(>=|<)\s*([0-9.]+)\s*")


class Requirement(NamedTuple):
    """A package that is required."""

    name: str
    """Its name."""
    bounds: str
    """Which versions, as `>=1.2,<2`; empty for any."""
    extra: str | None
    """The extra that requires it; None for the core."""


def python_check(version: Sequence[int]) -> Check:
    """Return whether the Python that runs, given as (major, minor, micro), is new enough."""
    running, oldest = (".".join(map(str, part)) for part in (version, OLDEST_PYTHON))
    if tuple(version[:2]) >= OLDEST_PYTHON:
        return Check(part="python", state="ok", detail=running, needed=True)
    fix = f"install Python {oldest} or newer, and codefavor with it"
    return Check(
        part="python",
        state="broken",
        detail=f"{running}; {oldest} is the oldest that is supported",
        fix=fix,
        needed=True,
    )


def package_checks() -> Iterator[Check]:
    """Yield whether the requirements of the core, and then those of every extra, are installed."""
    try:
        requirements = [read_requirement(line) for line in metadata.requires("codefavor") or ()]
    except metadata.PackageNotFoundError:
        detail = "it runs from a folder and is not installed, so that its requirements are not known"
        yield Check(
            part="packages", state="broken", detail=detail, fix="python -m pip install --editable .", needed=True
        )
        return
    yield _packages(
        "packages", [one for one in requirements if one.extra is None], "pip install --upgrade codefavor", True
    )
    for extra in sorted({one.extra for one in requirements if one.extra}):
        wanted = [one for one in requirements if one.extra == extra]
        yield _packages(f"extra {extra}", wanted, f"pip install 'codefavor[{extra}]'", False)


def read_requirement(line: str) -> Requirement:
    """Return a requirement as codefavor's metadata writes it: lower and upper bounds, and perhaps an extra."""
    found = _REQUIREMENT.fullmatch(line)
    if found is None:
        raise ValueError(f"{line!r} is not a requirement of codefavor")
    return Requirement(found["name"], found["bounds"].strip(), found["extra"])


def installed_version(package: str) -> str | None:
    """Return the version of an installed package, None where it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def fits(version: str, bounds: str) -> bool:
    """Return whether a version lies within bounds of the kinds >= and <, by the numbers of its release."""
    own = _numbers(version)
    for sign, bound in _BOUND.findall(bounds):
        if (own >= _numbers(bound)) != (sign == ">="):
            return False
    return True


def _numbers(version: str) -> list[int]:
    release = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    numbers = [int(part) for part in release[0].split(".")] if release else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers


def _packages(part: str, requirements: Sequence[Requirement], fix: str, needed: bool) -> Check:
    installed, absent, unfit = [], [], []
    for name, bounds, _ in requirements:
        version = installed_version(name)
        if version is None:
            absent.append(f"{name} is not installed")
        elif not fits(version, bounds):
            unfit.append(f"{name} {version} is not {bounds}")
        else:
            installed.append(f"{name} {version}")
    faults = [*absent, *unfit]
    if not faults:
        return Check(part=part, state="ok", detail=", ".join(installed), needed=needed)
    detail = "; ".join([*faults, *([f"installed: {', '.join(installed)}"] if installed else [])])
    return Check(part=part, state="broken" if unfit else "missing", detail=detail, fix=fix, needed=needed)
