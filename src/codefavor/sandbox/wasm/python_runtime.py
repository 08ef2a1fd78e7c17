"""The Python guests made ready: the harness as files they import and, where it can be re-entered, a warm memory."""

import mmap
import threading
from importlib import resources

import wasmtime

from codefavor.errors import SandboxError
from codefavor.sandbox.wasm.guest import Guest
from codefavor.sandbox.wasm.image import MemoryImage, difference
from codefavor.sandbox.wasm.linker import new_linker, running
from codefavor.sandbox.wasm.python_stack import raise_stack_limits
from codefavor.sandbox.wasm.runtime import Running, Runtime
from codefavor.sandbox.wasm.verified_guest import VerifiedGuest
from codefavor.sandbox.wire import ProcessLimits

_FOLDER = "/codefavor"
_INSIDE = ("__init__.py", "guest.py", "harness.py", "packing.py", "values.py")
_HARNESS = ("wire.py", *(f"inside/{name}" for name in _INSIDE))
_IMPORT = f"import sys; sys.path.insert(0, {_FOLDER!r}); from codefavor.sandbox.inside.guest import prepare, serve"
_PREPARE = f"{_IMPORT}; prepare()"
_SERVE = "serve()"
_WARMING = ProcessLimits()
_NO_LIMIT = 1 << 30
_images: dict[Guest, MemoryImage] = {}
_making_image = threading.Lock()


def python_runtime(engine: wasmtime.Engine, verified: VerifiedGuest, module: wasmtime.Module) -> Runtime:
    """Return a Python guest made ready."""
    guest = verified.guest
    runtime = Runtime(
        guest=guest,
        engine=engine,
        module=module,
        linker=new_linker(engine, module),
        files={**_library(verified), **_harness_files()},
        arguments=("python", "-c", f"{_PREPARE}; {_SERVE}"),
        start=_start_turn if guest.entry == "turn" else _start_command,
    )
    return runtime.warmed(_image_of(runtime)) if guest.entry == "turn" else runtime


def _library(verified: VerifiedGuest) -> dict[str, memoryview]:
    """Return the standard library as the interpreter expects it, mapped into memory and not read."""
    if verified.standard_library is None:
        return {}
    with verified.standard_library.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    version = "".join(verified.guest.version.split(".")[:2])
    return {f"/usr/local/lib/python{version}.zip": memoryview(content)}


def _harness_files() -> dict[str, bytes]:
    package = resources.files("codefavor.sandbox")
    files = {f"sandbox/{name}": package.joinpath(name).read_bytes() for name in _HARNESS}
    files |= {"__init__.py": b"", "sandbox/__init__.py": b""}
    return {f"{_FOLDER}/codefavor/{name}": content for name, content in files.items()}


def _image_of(runtime: Runtime) -> MemoryImage:
    """Return the memory that instances of the guest begin with, made once in this process."""
    with _making_image:
        if runtime.guest not in _images:
            _images[runtime.guest] = _warm(runtime)
        return _images[runtime.guest]


def _warm(runtime: Runtime) -> MemoryImage:
    system = runtime.new_system("", {}, _WARMING)
    instance = runtime.instantiate(system, _WARMING, _NO_LIMIT)
    fresh = instance.memory.read(0, instance.memory.size)
    raise_stack_limits(instance.memory)
    with running(system):
        status = _turn(instance, _PREPARE)
    if status:
        raise SandboxError(f"the guest {runtime.guest.name} cannot load the harness: {system.stderr.decode()[-2000:]}")
    image = difference(fresh, instance.memory.read(0, instance.memory.size))
    instance.store.close()
    return image


def _start_turn(instance: Running) -> int:
    return _turn(instance, _SERVE)


def _turn(instance: Running, source: str) -> int:
    """Have a reactor run source text: `host_alloc` gives memory for it, `turn` runs it and returns an exit status."""
    text = source.encode()
    address = instance.call("host_alloc", len(text))
    instance.memory.write(address, text)
    return instance.call("turn", address, len(text))


def _start_command(instance: Running) -> int:
    instance.call("_start")
    return 0
