"""`poll_oneoff` of preview1: waiting for clocks and descriptors, where nothing really waits."""

import struct
from dataclasses import dataclass

from codefavor.sandbox.wasm.errors import Errno, WasiError
from codefavor.sandbox.wasm.memory import MASK_32
from codefavor.sandbox.wasm.state import FUEL_OF_AN_ITEM, GuestState

_SUBSCRIPTION_SIZE = 48
_EVENT = struct.Struct("<QHB5xQH6x")
_HEAD = struct.Struct("<QB")
_CLOCK_BODY = struct.Struct("<I4xQQH")
_DESCRIPTOR_BODY = struct.Struct("<I")
_CLOCK, _READ, _WRITE = range(3)
_ABSOLUTE = 1
_MAX_SUBSCRIPTIONS = 1024


@dataclass(frozen=True)
class _Alarm:
    user_data: int
    deadline: int

    def event(self) -> bytes:
        return _EVENT.pack(self.user_data, 0, _CLOCK, 0, 0)


class PollingCalls:
    """The function by name; it takes the numbers of the guest and raises `WasiError` to fail.

    A descriptor is always ready. Where only clocks are asked for, the time of the guest moves to the earliest
    deadline at once. INVAL for no subscription, or more than 1,024.
    """

    def __init__(self, state: GuestState) -> None:
        self._state = state

    def poll_oneoff(self, subscriptions: int, events: int, count: int, result: int) -> None:
        """Return the events that are ready, after the earliest deadline where none is."""
        memory, count = self._state.memory, count & MASK_32
        if not 0 < count <= _MAX_SUBSCRIPTIONS:
            raise WasiError(Errno.INVAL)
        self._state.work += count * FUEL_OF_AN_ITEM
        memory.check(events, _EVENT.size * count)
        memory.check(result, 4)
        ready, alarms = self._sorted(memory.read(subscriptions, _SUBSCRIPTION_SIZE * count))
        self._state.clock.wait_until(0 if ready else min(alarm.deadline for alarm in alarms))
        ready += [alarm.event() for alarm in alarms if alarm.deadline <= self._state.clock.elapsed]
        memory.write(events, b"".join(ready))
        memory.write_u32(result, len(ready))

    def _sorted(self, subscriptions: bytes) -> tuple[list[bytes], list[_Alarm]]:
        ready: list[bytes] = []
        alarms: list[_Alarm] = []
        for start in range(0, len(subscriptions), _SUBSCRIPTION_SIZE):
            user_data, kind = _HEAD.unpack_from(subscriptions, start)
            if kind == _CLOCK:
                clock, timeout, _, flags = _CLOCK_BODY.unpack_from(subscriptions, start + 16)
                alarms.append(_Alarm(user_data, self._state.clock.deadline(clock, timeout, bool(flags & _ABSOLUTE))))
            elif kind in {_READ, _WRITE}:
                ready.append(self._ready(user_data, kind, *_DESCRIPTOR_BODY.unpack_from(subscriptions, start + 16)))
            else:
                raise WasiError(Errno.INVAL)
        return ready, alarms

    def _ready(self, user_data: int, kind: int, number: int) -> bytes:
        try:
            descriptor = self._state.descriptors.get(number)
        except WasiError as error:
            return _EVENT.pack(user_data, error.errno, kind, 0, 0)
        return _EVENT.pack(user_data, 0, kind, descriptor.readable_bytes() if kind == _READ else 1, 0)
