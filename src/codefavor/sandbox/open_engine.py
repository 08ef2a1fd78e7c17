"""Opens the engine that a user chose."""

import sys
from collections.abc import Callable

from codefavor.errors import SandboxError
from codefavor.sandbox.auto_engine import AutoEngine
from codefavor.sandbox.engine import EngineChoice, OpenEngine


def open_engine(
    choice: EngineChoice = "auto", workers: int | None = None, announce: Callable[[str], None] | None = None
) -> OpenEngine:
    """Return an engine, to be closed by the caller.

    Args:
        choice: which one; "unsafe" is the native engine without a sandbox, for code that the user trusts.
        workers: how many candidates run at once; as many as there are cores where it is None.
        announce: is told in a sentence what takes seconds; standard error where it is None.

    Raises:
        SandboxError: it cannot be had here, or does not hold ("auto" raises when neither engine can run a job).
    """
    say = announce or _say
    match choice:
        case "wasm":
            return _open_wasm(workers, say)
        case "native":
            return _open_native(workers)
        case "unsafe":
            return _open_native(workers, unsafe=True)
        case _:
            return AutoEngine(lambda: _open_wasm(workers, say), lambda: _open_native(workers))


def _open_wasm(workers: int | None, announce: Callable[[str], None]) -> OpenEngine:
    from codefavor.sandbox.wasm.wasm_engine import open_wasm

    return open_wasm(workers, announce)


def _open_native(workers: int | None, unsafe: bool = False) -> OpenEngine:
    try:
        # Imported here: the native engine needs modules that other systems than Linux do not have.
        from codefavor.sandbox.native.probe import open_native
    except ImportError as error:
        raise SandboxError(
            f"candidates cannot be run natively here: this system has no module {error.name}; use the wasm engine"
        ) from None
    return open_native(workers, unsafe)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
