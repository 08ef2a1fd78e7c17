"""Ticks stop what runs past its deadline, and all at once what runs when everything is to end."""

import threading

import pytest
import wasmtime

from codefavor.sandbox.wasm.engine_config import new_wasm_engine
from codefavor.sandbox.wasm.ticks import Ticker

ENDLESS = '(module (func (export "started")) (func (export "run") (loop br 0)))'
MANY = 1 << 19


def run_endless(engine: wasmtime.Engine, ticks: int, began: threading.Event | None = None) -> wasmtime.TrapCode | None:
    """Run a loop without end until it is stopped, and return how."""
    store = wasmtime.Store(engine)
    store.set_fuel((1 << 63) - 1)
    store.set_epoch_deadline(ticks)
    run = wasmtime.Instance(store, wasmtime.Module(engine, ENDLESS), []).exports(store)["run"]
    assert isinstance(run, wasmtime.Func)
    if began:
        began.set()
    with pytest.raises(wasmtime.Trap) as stopped:
        run(store)
    return stopped.value.trap_code


def test_it_is_stopped_after_its_ticks() -> None:
    with Ticker(engine := new_wasm_engine()):
        assert run_endless(engine, 2) is wasmtime.TrapCode.INTERRUPT


def test_all_that_runs_can_be_stopped_at_once() -> None:
    began, ended = threading.Event(), []
    with Ticker(engine := new_wasm_engine()) as ticker:
        running = threading.Thread(target=lambda: ended.append(run_endless(engine, MANY, began)))
        running.start()
        began.wait(60)
        while running.is_alive():
            ticker.stop_all()
            running.join(0.1)
    assert ended == [wasmtime.TrapCode.INTERRUPT]


def test_it_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    with Ticker(new_wasm_engine()):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
