"""Attacks the engines of this machine, and says in words what follows for a user."""

from collections.abc import Callable, Sequence
from typing import Literal, get_args

from codefavor.sandbox.engine_check import EngineCheck

CheckedEngine = Literal["wasm", "native"]
"""An engine that can be attacked."""
CHECKED_ENGINES: tuple[CheckedEngine, ...] = get_args(CheckedEngine)


def check_engine(name: CheckedEngine, announce: Callable[[str], None]) -> EngineCheck:
    """Attack an engine and return what holds; `announce` is told in a sentence what takes seconds."""
    if name == "wasm":
        from codefavor.sandbox.wasm.probe import check_wasm

        return check_wasm(announce)
    try:
        # Imported here: the native engine needs modules that other systems than Linux do not have.
        from codefavor.sandbox.native.probe import best_layers
    except ImportError as error:
        reason = f"off: this system has no module {error.name}"
        return EngineCheck("native", {"native": reason}, {"all": "could not be tried"})
    return best_layers()[1]


def words_for_auto(checks: Sequence[EngineCheck]) -> str:
    """Return in a sentence what the engine `auto` runs where, by the checks of both engines."""
    match sorted(check.engine for check in checks if check.safe):
        case ["native", "wasm"]:
            return (
                "auto runs candidates in WebAssembly, and those in Python that need packages, threads or processes "
                "that the guest lacks natively."
            )
        case ["wasm"]:
            return (
                "auto runs candidates in WebAssembly; those that need packages, threads or processes that the guests "
                "lack are not run."
            )
        case ["native"]:
            return "auto runs candidates in Python natively: work is not counted, and JavaScript is not run."
        case _:
            return "auto refuses foreign code: no engine is safe here."
