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
from codefavor.sandbox.native.probe import best_layers

_INSTRUCTION = "Write f, which adds one.\n\n>>> f(1)\n2\n"
_GOOD, _BAD = "def f(x):\n    return x + 1\n", "def f(x):\n    return x\n"


def sandbox_check(environment: Mapping[str, str]) -> Check:
    """Attack the sandbox and return which layers are on and which attacks failed; not every default judge needs it."""
    needed = runs_code(default_spec(environment))
    _, layers = best_layers()
    states = ", ".join(f"{name} {state}" for name, state in layers.states.items())
    if layers.safe:
        detail = f"{states}; all {len(layers.attacks)} attacks failed"
        return Check(part="sandbox", state="ok", detail=detail, needed=needed)
    if sys.platform.startswith("linux"):
        fix = "apt-get install bubblewrap, or a kernel with Landlock and seccomp; then: codefavor sandbox check"
    else:
        fix = "run codefavor on Linux or in a Linux container, or give --engine unsafe for code that you trust"
    return Check(
        part="sandbox",
        state="broken",
        detail=f"{states}; attacks that succeeded: {layers.not_held}",
        fix=fix,
        needed=needed,
    )


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
