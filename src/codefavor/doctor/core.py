"""What comparing two codes needs: a sandbox that withstands attacks, and a default judge that loads and answers."""

import sys
import time
from collections.abc import Mapping

from codefavor.api import compare
from codefavor.doctor.check import Check
from codefavor.doctor.packages import installed_version
from codefavor.errors import CodeFavorError
from codefavor.judges.load import default_spec, judge_files, load_judge
from codefavor.judges.registry import loads_weights, runs_code
from codefavor.pairs.verdict import Verdict
from codefavor.sandbox.check_engines import CHECKED_ENGINES, check_engine
from codefavor.sandbox.engine_check import EngineCheck

_WASM_FIX = "pip install --upgrade codefavor, which brings wasmtime and its guests; then: codefavor sandbox check"
_INSTRUCTION = "Write f, which adds one.\n\n>>> f(1)\n2\n"
_GOOD, _BAD = "def f(x):\n    return x + 1\n", "def f(x):\n    return x\n"


def sandbox_checks(environment: Mapping[str, str]) -> list[Check]:
    """Attack both engines and return which hold; a default judge that runs code needs wasm, and native never."""
    wasm, native = (check_engine(name, lambda text: None) for name in CHECKED_ENGINES)
    return [
        _engine_check(wasm, runs_code(default_spec(environment)), _WASM_FIX),
        _engine_check(native, False, _native_fix()),
    ]


def _engine_check(found: EngineCheck, needed: bool, fix: str) -> Check:
    part = f"sandbox {found.engine}"
    states = ", ".join(f"{name} {state}" for name, state in found.states.items())
    if found.safe:
        detail = f"{states}; all {len(found.attacks)} attacks failed"
        return Check(part=part, state="ok", detail=detail, needed=needed)
    tried = "could not be tried" not in found.attacks.get("all", "")
    detail = f"{states}; not held: {found.not_held}" if found.not_held else states
    return Check(part=part, state="broken" if tried else "missing", detail=detail, fix=fix, needed=needed)


def _native_fix() -> str:
    if sys.platform.startswith("linux"):
        return "apt-get install bubblewrap, or a kernel with Landlock and seccomp; then: codefavor sandbox check"
    return "none: it needs Linux; the wasm engine does not"


def judge_check(environment: Mapping[str, str], deep: bool) -> Check:
    """Return whether the default judge can be loaded; `deep` has it judge two codes, which may cost money.

    Weights are loaded for that alone: only their card is read, and whether torch is there.
    """
    spec = default_spec(environment)
    origin = "CODEFAVOR_JUDGE" if environment.get("CODEFAVOR_JUDGE") else "no CODEFAVOR_JUDGE"
    try:
        if not deep and loads_weights(spec) and installed_version("torch"):
            judge_files(spec)
            detail = f"{spec} ({origin}); its card is read, its weights are not"
        elif deep:
            detail = f"{spec} ({origin}); {_try(spec)}"
        else:
            load_judge(spec)
            detail = f"{spec} ({origin})"
    except CodeFavorError as error:
        fix = "export CODEFAVOR_JUDGE=grounded, or do what the message names"
        return Check(part="default judge", state="broken", detail=f"{spec} ({origin}): {error}", fix=fix, needed=True)
    return Check(part="default judge", state="ok", detail=detail, needed=True)


def _try(spec: str) -> str:
    started = time.perf_counter()
    verdict = compare(_INSTRUCTION, _GOOD, _BAD, judge=spec)
    seconds = time.perf_counter() - started
    return f"asked about a right and a wrong code, it {_describe(verdict)} ({seconds:.1f} s)"


def _describe(verdict: Verdict) -> str:
    if verdict.choice is None:
        return f"is undecided: {verdict.undecided}"
    return {"A": "prefers the right one", "B": "prefers the wrong one"}.get(verdict.choice, "calls it a tie")
