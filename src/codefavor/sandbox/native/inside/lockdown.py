"""Takes from the calling process what foreign code must not have: limits, privileges, files, system calls.

Linux only, through ctypes, with the standard library alone. It is one-way: nothing here can be undone. It starts no
process and decides no policy; a layer that cannot be had is reported, and the caller refuses to go on.
"""

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Iterable, Sequence

from codefavor.sandbox.native.inside.syscalls import MACHINES, Machine
from codefavor.sandbox.wire import ProcessLimits

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _SIGKILL = 1, 38, 9
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_READ = 1 << 2 | 1 << 3
_READ_AND_EXECUTE = _READ | 1
_WRITE = _READ | sum(1 << bit for bit in (1, 4, 5, 7, 8, 12, 13, 14))
"""Write, remove, make folders, files and links, move, truncate: no devices, no sockets, no pipes."""
_FILE_ONLY = 1 | 1 << 1 | 1 << 2 | 1 << 14
_CLONE_THREAD = 0x10000
_OWNERSHIP_OF_SIGNALS = (8, 10, 15)
"""F_SETOWN, F_SETSIG, F_SETOWN_EX: with them a file sends signals of choice to any process."""
_ALLOW, _EPERM, _ENOSYS, _ENOTTY, _KILL = 0x7FFF0000, 0x50001, 0x50026, 0x50019, 0x80000000


def restrict(limits: ProcessLimits, readable: Sequence[str], writable: Sequence[str]) -> dict[str, str]:
    """Lock this process down for good and return each layer with "on" or the reason why it is off.

    Args:
        limits: what the process may use.
        readable: folders and files that may be read and executed.
        writable: folders in which files may be written.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    layers = {}
    for name, lock in (
        ("rlimits", lambda: _set_limits(limits)),
        ("no_new_privs", lambda: _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))),
        ("landlock", lambda: _confine_files(libc, readable, writable)),
        ("seccomp", lambda: _filter_calls(libc)),
    ):
        try:
            lock()
            layers[name] = "on"
        except (OSError, ValueError, AttributeError, KeyError) as error:
            layers[name] = f"off: {error}"
    return layers


def die_with_parent() -> None:
    """Ask the kernel to kill this process when the one that started it ends; without prctl, do nothing."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def _set_limits(limits: ProcessLimits) -> None:
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_NOFILE, limits.files),
    ):
        resource.setrlimit(kind, (value, value))


def _confine_files(libc: ctypes.CDLL, readable: Sequence[str], writable: Sequence[str]) -> None:
    abi = _checked(libc.syscall(_LANDLOCK_CREATE, None, 0, 1))
    handled = (1 << 13 + min(abi - 1, 2) + (abi >= 5)) - 1
    attributes = struct.pack("=QQQ", handled, 0b11, 0b11)[: 8 if abi < 4 else 16 if abi < 6 else 24]
    ruleset = _checked(libc.syscall(_LANDLOCK_CREATE, attributes, len(attributes), 0))
    try:
        for path, access in [(p, _READ_AND_EXECUTE) for p in readable] + [(p, _WRITE) for p in writable]:
            _grant(libc, ruleset, path, access & handled)
        _checked(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _checked(libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0))
    finally:
        os.close(ruleset)


def _grant(libc: ctypes.CDLL, ruleset: int, path: str, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        allowed = access if os.path.isdir(path) else access & _FILE_ONLY  # noqa: PTH112 - pathlib is not loaded here
        _checked(libc.syscall(_LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", allowed, place), 0))
    finally:
        os.close(place)


def _filter_calls(libc: ctypes.CDLL) -> None:
    machine = MACHINES.get(platform.machine())
    if machine is None:
        raise ValueError(f"no list of system calls for {platform.machine()}")
    code = b"".join(_program(machine))
    program = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(program))
    _checked(libc.syscall(machine.seccomp, 1, 0, header))


def _program(machine: Machine) -> Iterable[bytes]:
    """Yield the BPF instructions; offsets are those of struct seccomp_data (nr 0, arch 4, arguments from 16)."""
    yield _load(4)
    yield from _unless_equal(machine.audit, _KILL)
    yield _load(0)
    yield struct.pack("HBBI", 0x35, 0, 1, 0x40000000)
    yield _return(_EPERM)
    special = machine.special
    yield from _when(special["clone3"], [_return(_ENOSYS)])
    yield from _when(special["ioctl"], [_return(_ENOTTY)])
    yield from _when(special["clone"], [_load(16), struct.pack("HBBI", 0x45, 1, 0, _CLONE_THREAD), *_refuse_or_allow()])
    limits_untouched = [_load(32), struct.pack("HBBI", 0x15, 0, 2, 0), _load(36), struct.pack("HBBI", 0x15, 1, 0, 0)]
    yield from _when(special["prlimit64"], [*limits_untouched, *_refuse_or_allow()])
    owners = [part for command in _OWNERSHIP_OF_SIGNALS for part in _when(command, [_return(_EPERM)])]
    yield from _when(special["fcntl"], [_load(24), *owners, _return(_ALLOW)])
    for number in machine.allowed.values():
        yield from _when(number, [_return(_ALLOW)])
    yield _return(_EPERM)


def _load(offset: int) -> bytes:
    return struct.pack("HBBI", 0x20, 0, 0, offset)


def _return(action: int) -> bytes:
    return struct.pack("HBBI", 0x06, 0, 0, action)


def _refuse_or_allow() -> list[bytes]:
    return [_return(_EPERM), _return(_ALLOW)]


def _when(value: int, body: list[bytes]) -> list[bytes]:
    return [struct.pack("HBBI", 0x15, 0, len(body), value), *body]


def _unless_equal(value: int, action: int) -> list[bytes]:
    return [struct.pack("HBBI", 0x15, 1, 0, value), _return(action)]
