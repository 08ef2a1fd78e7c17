"""The guests of one process, made ready when they are first needed and then kept."""

import threading
from collections.abc import Callable

import wasmtime

from codefavor.errors import SandboxError
from codefavor.sandbox.wasm.engine_config import new_wasm_engine
from codefavor.sandbox.wasm.runtime import Runtime

MakeRuntime = Callable[[wasmtime.Engine, Callable[[str], None]], Runtime]
"""Makes a guest ready; says what takes seconds."""


class Runtimes:
    """Guests by language; may be asked from any thread."""

    def __init__(self, makers: dict[str, MakeRuntime], announce: Callable[[str], None]) -> None:
        """Make guests by `makers`, and hand sentences about what takes seconds to `announce`."""
        self.engine = new_wasm_engine()
        self._makers = makers
        self._announce = announce
        self._ready: dict[str, Runtime] = {}
        self._lock = threading.Lock()

    def get(self, language: str) -> Runtime:
        """Return the guest of a language.

        Raises:
            SandboxError: there is none, it is not installed, or it is not the one that is known.
        """
        with self._lock:
            if language not in self._ready:
                if language not in self._makers:
                    raise SandboxError(f"no guest runs {language}; those that can be run are {', '.join(self._makers)}")
                self._ready[language] = self._makers[language](self.engine, self._announce)
            return self._ready[language]
