import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import wasmtime
from filelock import FileLock

from codefavor.sandbox.wasm import module_cache
from codefavor.sandbox.wasm.compilation import compile_guest
from codefavor.sandbox.wasm.engine_config import new_wasm_engine
from codefavor.sandbox.wasm.guest import find_file
from codefavor.sandbox.wasm.guests import JAVASCRIPT
from codefavor.sandbox.wasm.module_cache import CacheEntry, cache_entry, compiled_module, keep, load
from codefavor.sandbox.wasm.verified_guest import VerifiedGuest

posix = pytest.mark.skipif(os.name != "posix", reason="modes and owners are those of POSIX")
as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files away")
SOMEBODY = 65534

GUEST = VerifiedGuest(JAVASCRIPT, find_file(JAVASCRIPT, JAVASCRIPT.module), None)
COMPILING = "compiling QuickJS-NG 0.17 for the sandbox (once, some seconds) ..."

PROGRAM = """
import sys
from codefavor.sandbox.wasm.engine_config import new_wasm_engine
from codefavor.sandbox.wasm.guests import JAVASCRIPT
from codefavor.sandbox.wasm.module_cache import compiled_module
from codefavor.sandbox.wasm.verified_guest import verify_guest

print("ready", flush=True)
sys.stdin.readline()
module = compiled_module(new_wasm_engine(), verify_guest(JAVASCRIPT), lambda text: print(text, flush=True))
assert "qjs_init_argv" in {export.name for export in module.exports}
print("loaded", flush=True)
"""


@pytest.fixture(scope="module")
def compiled() -> bytes:
    return compile_guest(GUEST, print)


@pytest.fixture
def compilations(compiled: bytes, monkeypatch: pytest.MonkeyPatch) -> list[VerifiedGuest]:
    """What was compiled; the result is made ready, so that a test takes no second."""
    guests: list[VerifiedGuest] = []

    def compile_guest(guest: VerifiedGuest, announce: Callable[[str], None]) -> bytes:
        guests.append(guest)
        return compiled

    monkeypatch.setattr(module_cache, "compile_guest", compile_guest)
    return guests


@pytest.fixture
def engine() -> wasmtime.Engine:
    return new_wasm_engine()


@pytest.fixture
def entry(tmp_path: Path, engine: wasmtime.Engine, monkeypatch: pytest.MonkeyPatch) -> CacheEntry:
    """Where the guest is kept, in an empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return cache_entry(engine, JAVASCRIPT)


def get(engine: wasmtime.Engine) -> list[str]:
    """Return what was said while the module was got, and see that it is the guest's."""
    said: list[str] = []
    module = compiled_module(engine, GUEST, said.append)
    assert "qjs_init_argv" in {export.name for export in module.exports}
    return said


def start() -> subprocess.Popen[str]:
    """Start a process that gets the module when it is given a line."""
    command = [sys.executable, "-c", PROGRAM]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_guest_is_compiled_once(entry: CacheEntry, engine: wasmtime.Engine) -> None:
    assert get(engine) == [COMPILING]
    assert get(engine) == []
    assert get(new_wasm_engine()) == []


@posix
def test_what_is_kept_is_for_this_user_alone(
    entry: CacheEntry, engine: wasmtime.Engine, compilations: list[VerifiedGuest]
) -> None:
    get(engine)
    assert entry.path.parent.stat().st_mode & 0o777 == 0o700
    for path in (entry.path, entry.record):
        assert path.stat().st_mode & 0o777 == 0o600


def test_ten_processes_at_once_compile_once(entry: CacheEntry) -> None:
    processes = [start() for _ in range(10)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    lines = [line for process in processes for line in process.communicate()[0].splitlines()]
    assert [process.returncode for process in processes] == [0] * 10
    assert lines.count("loaded") == 10
    assert lines.count(COMPILING) == 1


def test_who_waits_for_another_process_says_so(entry: CacheEntry, compiled: bytes) -> None:
    lock = FileLock(entry.lock)
    with lock, start() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "waiting for another process that compiles QuickJS-NG 0.17 ...\n"
        keep(entry, compiled)
        lock.release()
        assert process.stdout.read() == "loaded\n"


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def remove_record(path: Path) -> None:
    CacheEntry(path).record.unlink()


def spoil_record(path: Path) -> None:
    CacheEntry(path).record.write_text("{", encoding="utf-8")


def link(path: Path) -> None:
    target = path.with_name("elsewhere")
    path.rename(target)
    path.symlink_to(target)


def open_to_others(path: Path) -> None:
    path.chmod(0o666)


def give_away(path: Path) -> None:
    os.chown(path, SOMEBODY, SOMEBODY)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (flip_a_byte, "damaged"),
        (truncate, "damaged"),
        (remove_record, "damaged"),
        (spoil_record, "damaged"),
        (link, "not a file, or a link to one"),
        pytest.param(open_to_others, "other users have rights on this file", marks=posix),
        pytest.param(give_away, f"belongs to user {SOMEBODY}", marks=as_root),
    ],
)
def test_a_module_that_must_not_be_loaded_is_replaced(
    entry: CacheEntry,
    engine: wasmtime.Engine,
    compiled: bytes,
    compilations: list[VerifiedGuest],
    spoil: Callable[[Path], None],
    reason: str,
) -> None:
    keep(entry, compiled)
    spoil(entry.path)
    why, what = get(engine)
    assert why.startswith(f"{entry.path}: {reason}")
    assert why.endswith("; it is compiled anew")
    assert what == COMPILING
    assert get(engine) == []
    assert not entry.path.is_symlink()
    assert compilations == [GUEST]


def test_a_module_that_wasmtime_refuses_is_replaced(
    entry: CacheEntry, engine: wasmtime.Engine, compilations: list[VerifiedGuest]
) -> None:
    other_settings = wasmtime.Module(wasmtime.Engine(), "(module)").serialize()
    keep(entry, bytes(other_settings))
    why, what = get(engine)
    assert "cannot be loaded: " in why
    assert what == COMPILING
    assert get(engine) == []


def test_a_copied_cache_is_read_once_and_used(
    entry: CacheEntry, engine: wasmtime.Engine, compiled: bytes, compilations: list[VerifiedGuest]
) -> None:
    keep(entry, compiled)
    copy = entry.path.with_name("copy")
    shutil.copy2(entry.path, copy)
    copy.replace(entry.path)
    assert get(engine) == []
    assert compilations == []


def test_another_configuration_has_another_entry(entry: CacheEntry) -> None:
    config = wasmtime.Config()
    config.consume_fuel = True
    assert cache_entry(wasmtime.Engine(config), JAVASCRIPT) != entry
    assert cache_entry(new_wasm_engine(), JAVASCRIPT) == entry


def test_without_a_cache_folder_it_is_compiled_each_time(
    tmp_path: Path, engine: wasmtime.Engine, compilations: list[VerifiedGuest], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    for _ in range(2):
        why, what = get(engine)
        assert why.startswith("compiled guests cannot be kept in this user's cache and are compiled at each start: ")
        assert why.endswith("wasm: cannot be made: Not a directory")
        assert what == "compiling QuickJS-NG 0.17 for the sandbox (some seconds) ..."
    assert len(compilations) == 2


@posix
def test_a_cache_folder_that_is_open_to_others_is_not_used(
    entry: CacheEntry, engine: wasmtime.Engine, compiled: bytes, compilations: list[VerifiedGuest]
) -> None:
    keep(entry, compiled)
    entry.path.parent.chmod(0o777)
    why, _ = get(engine)
    assert why.endswith("wasm: other users have rights on this folder; remove it")
    assert compilations == [GUEST]


@posix
def test_a_full_disk_is_one_sentence(entry: CacheEntry) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
    done = subprocess.run(
        [sys.executable, "-c", limited + PROGRAM], input="go\n", capture_output=True, text=True, check=True
    )
    ready, compiling, why, loaded = (line for line in done.stdout.splitlines() if not line.startswith("still "))
    assert (ready, compiling, loaded) == ("ready", COMPILING, "loaded")
    assert why.endswith("are compiled at each start: File too large")
    assert {path.suffix for path in entry.path.parent.iterdir()} <= {".lock", ".json"}


def test_a_killed_writer_leaves_nothing_for_long(entry: CacheEntry, compiled: bytes) -> None:
    left = entry.path.with_name(f".{entry.path.name}.0123456789abcdef.partial")
    left.touch()
    keep(entry, compiled)
    assert not left.exists()


def test_other_versions_are_removed_when_nobody_used_them_for_two_weeks(
    entry: CacheEntry, engine: wasmtime.Engine, compilations: list[VerifiedGuest]
) -> None:
    abandoned = CacheEntry(entry.path.with_name("quickjs-0.17-0000-wasmtime-48.0.0-0000.cwasm"))
    used = CacheEntry(entry.path.with_name("quickjs-0.17-0000-wasmtime-47.0.0-0000.cwasm"))
    other_guest = CacheEntry(entry.path.with_name("python-3.15-0000-wasmtime-48.0.0-0000.cwasm"))
    for other in (abandoned, used, other_guest):
        keep(other, b"native code")
        for path in (other.path, other.record):
            os.utime(path, (0, 0))
    used.record.touch()
    get(engine)
    assert not abandoned.path.exists()
    assert not abandoned.record.exists()
    assert used.path.exists()
    assert other_guest.path.exists()


def test_loading_is_use(entry: CacheEntry, engine: wasmtime.Engine, compiled: bytes) -> None:
    keep(entry, compiled)
    os.utime(entry.record, (0, 0))
    assert load(engine, entry) is not None
    assert entry.record.stat().st_mtime > 0


def test_what_is_kept_is_what_was_compiled(entry: CacheEntry, compiled: bytes) -> None:
    keep(entry, compiled)
    assert hashlib.sha256(entry.path.read_bytes()).digest() == hashlib.sha256(compiled).digest()
