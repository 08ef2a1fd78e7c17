"""The guests of one process, made ready when they are first needed and then kept."""

import threading
from collections.abc import Callable, Sequence

from codefavor.errors import SandboxError
from codefavor.sandbox.wasm.engine_config import new_wasm_engine
from codefavor.sandbox.wasm.guest import Guest
from codefavor.sandbox.wasm.make_runtime import make_runtime
from codefavor.sandbox.wasm.module_cache import compiled_module
from codefavor.sandbox.wasm.runtime import Runtime
from codefavor.sandbox.wasm.verified_guest import verify_guest


class Runtimes:
    """Guests by language; may be asked from any thread."""

    def __init__(self, guests: Sequence[Guest], announce: Callable[[str], None]) -> None:
        """Offer these guests, one for a language, and hand sentences about what takes seconds to `announce`."""
        self.engine = new_wasm_engine()
        self._guests = {guest.language: guest for guest in guests}
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
                self._ready[language] = self._make(language)
            return self._ready[language]

    def _make(self, language: str) -> Runtime:
        if language not in self._guests:
            raise SandboxError(f"no guest runs {language}; there are guests for {', '.join(self._guests)}")
        guest = verify_guest(self._guests[language])
        return make_runtime(self.engine, guest, compiled_module(self.engine, guest, self._announce))
