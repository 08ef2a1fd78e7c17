"""The fuel of a request is what is spent from reading it until the next one is read."""

from codefavor.sandbox.wasm.conversation import FueledRequest, Reports, Requests


class Meter:
    def __init__(self) -> None:
        self.left = 1000

    def get_fuel(self) -> int:
        return self.left

    def set_fuel(self, fuel: int) -> None:
        self.left = fuel


def read_all(requests: Requests, size: int) -> bytes:
    """Read one request in parts of `size` bytes."""
    data = b""
    while not data.endswith(b"\n") and (part := requests.read(size)):
        data += part
    return data


def test_each_request_is_a_line_with_fuel_of_its_own() -> None:
    requests, meter = Requests([FueledRequest("é", 50), FueledRequest("two", 70)]), Meter()
    requests.meter = meter
    meter.left = 1
    assert read_all(requests, 1) == "é\n".encode()
    assert (meter.left, requests.asked, requests.spent) == (50, 1, [0])
    meter.left = 20
    assert read_all(requests, 100) == b"two\n"
    assert (meter.left, requests.spent) == (70, [30, 0])
    requests.settle(0)
    assert requests.spent == [30, 70]


def test_asking_in_vain_neither_ends_the_charge_nor_gives_fuel() -> None:
    requests, meter = Requests([FueledRequest("one", 50)]), Meter()
    requests.meter = meter
    read_all(requests, 100)
    meter.left = 40
    assert requests.read(100) == b"" and meter.left == 40
    requests.settle(15)
    assert requests.spent == [35]


def test_nothing_is_given_before_there_is_a_meter_and_nothing_charged_before_a_request() -> None:
    requests = Requests([FueledRequest("one", 50)])
    assert requests.read(100) == b""
    requests.settle(10)
    assert requests.spent == []


def test_reports_are_kept_up_to_their_limit() -> None:
    reports = Reports(10)
    reports.write(b"a\n\xff")
    reports.write(b"\nbcdef")
    assert (reports.lines(), reports.is_full) == (["a", "\ufffd", "bcdef"], False)
    assert reports.read(10) == b""
    reports.write(b"ghi")
    assert (reports.lines()[-1], reports.is_full) == ("bcdefg", True)
