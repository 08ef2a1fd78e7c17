import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
import wasmtime
from wasmtime import _ffi

from codefavor.errors import SandboxError
from codefavor.sandbox.wasm.engine_config import WASM_STACK_BYTES, new_wasm_engine

Result = TypeVar("Result")

DEPTH = 150_000

PROGRAM = """(module
  (func (export "divide") (param f64 f64) (result i64)
    (i64.reinterpret_f64 (f64.div (local.get 0) (local.get 1))))
  (func (export "forever") (loop (br 0)))
  (func $down (export "down") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 0))
      (else (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1))))))))
"""


def call(name: str, *arguments: float, fuel: int = 10**9, epochs: int = 1) -> int:
    """Call a function of PROGRAM with so much fuel and so many epochs until its deadline."""
    engine = new_wasm_engine()
    store = wasmtime.Store(engine)
    store.set_fuel(fuel)
    store.set_epoch_deadline(epochs)
    function = wasmtime.Instance(store, wasmtime.Module(engine, PROGRAM), []).exports(store)[name]
    assert isinstance(function, wasmtime.Func)
    result = function(store, *arguments)
    assert isinstance(result, int)
    return result


def test_a_nan_has_one_bit_pattern() -> None:
    assert call("divide", 0.0, 0.0) == 0x7FF8_0000_0000_0000
    assert call("divide", 0.0, -0.0) == 0x7FF8_0000_0000_0000


def test_guests_stop_without_fuel() -> None:
    with pytest.raises(wasmtime.Trap, match="all fuel consumed"):
        call("forever", fuel=100_000)


def test_guests_stop_at_their_deadline() -> None:
    with pytest.raises(wasmtime.Trap, match="interrupt"):
        call("forever", epochs=0)


def test_guests_recurse_deeper_than_wasmtime_lets_them_by_itself() -> None:
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    function = wasmtime.Instance(store, wasmtime.Module(engine, PROGRAM), []).exports(store)["down"]
    assert isinstance(function, wasmtime.Func)
    with pytest.raises(wasmtime.Trap, match="stack exhausted"):
        function(store, DEPTH)
    assert in_large_stack(lambda: call("down", DEPTH)) == DEPTH


def test_endless_recursion_is_an_error_of_the_guest() -> None:
    def endless() -> str:
        with pytest.raises(wasmtime.Trap) as caught:
            call("down", 2**31 - 1)
        return str(caught.value)

    assert "stack exhausted" in in_large_stack(endless)


def test_a_wasmtime_that_would_end_the_process_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(_ffi, "wasmtime_config_async_stack_size_set")
    with pytest.raises(SandboxError, match="pip install 'wasmtime>=49,<50'"):
        new_wasm_engine()


def in_large_stack(function: Callable[[], Result]) -> Result:
    """Return what the function returns, called in a thread whose stack guests cannot exhaust."""
    previous = threading.stack_size(WASM_STACK_BYTES + (8 << 20))
    try:
        with ThreadPoolExecutor(1) as executor:
            return executor.submit(function).result()
    finally:
        threading.stack_size(previous)
