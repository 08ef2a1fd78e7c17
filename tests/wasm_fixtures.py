"""The guests made ready once for all tests of this folder, and an engine that runs them."""

from collections.abc import Iterator

import pytest

from codefavor.sandbox.wasm.guests import JAVASCRIPT, PYTHON
from codefavor.sandbox.wasm.runtime import Runtime
from codefavor.sandbox.wasm.runtimes import Runtimes
from codefavor.sandbox.wasm.ticks import Ticker
from codefavor.sandbox.wasm.wasm_engine import WasmEngine


@pytest.fixture(scope="session")
def runtimes() -> Runtimes:
    return Runtimes((PYTHON, JAVASCRIPT), lambda text: None)


@pytest.fixture(scope="session")
def python(runtimes: Runtimes) -> Runtime:
    return runtimes.get("python")


@pytest.fixture
def ticker(runtimes: Runtimes) -> Iterator[Ticker]:
    with Ticker(runtimes.engine) as opened:
        yield opened


@pytest.fixture(scope="session")
def wasm(runtimes: Runtimes) -> Iterator[WasmEngine]:
    with WasmEngine(runtimes, workers=2) as opened:
        yield opened
