"""What a WASI function can fail with, and how a guest ends."""

from enum import IntEnum


class Errno(IntEnum):
    """The error codes used here, as numbered by `errno` in WASI snapshot preview1 (typenames.witx)."""

    BADF = 8
    EXIST = 20
    FAULT = 21
    ILSEQ = 25
    INVAL = 28
    ISDIR = 31
    MFILE = 33
    NAMETOOLONG = 37
    NOENT = 44
    NOSPC = 51
    NOSYS = 52
    NOTDIR = 54
    NOTEMPTY = 55
    NOTSUP = 58
    PERM = 63
    ROFS = 69
    SPIPE = 70


class WasiError(Exception):
    """A WASI function answers the guest with `errno`."""

    def __init__(self, errno: Errno) -> None:
        super().__init__(errno.name)
        self.errno = errno


class OutOfBounds(WasiError):
    """The guest named memory that it does not have."""

    def __init__(self) -> None:
        super().__init__(Errno.FAULT)


class GuestExit(Exception):
    """The guest ended itself by `proc_exit` with `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the guest exited with status {status}")
        self.status = status
