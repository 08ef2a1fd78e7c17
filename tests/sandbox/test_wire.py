"""Messages come out as they went in, and lines about one call add up."""

import json
import subprocess
import sys

from codefavor.sandbox import wire
from codefavor.sandbox.reports import read_report
from codefavor.sandbox.wire import (
    CallReport,
    CallRequest,
    LoadRequest,
    ProcessLimits,
    Raised,
    RefusalReport,
    RunReply,
    RunRequest,
    ServerSettings,
    to_frame,
    to_json,
)


def test_messages_come_out_as_they_went_in() -> None:
    calls = (CallRequest(0, "f(1)"), CallRequest(1, "", "f", "KAEAAABO"))
    request = RunRequest("def f(x): ...", calls, False, "é\udfff", ProcessLimits(files=3))
    load = LoadRequest("x = 1\n", program=False, measured=True)
    reply = RunReply(-9, "wall", 0.5, "{}\n", "out")
    settings = ServerSettings(("/usr",), None, ("seccomp",))
    frame = to_frame(request)
    assert wire.body_size(frame[: wire.HEADER_BYTES]) == len(frame) - wire.HEADER_BYTES
    assert RunRequest.from_json(frame[wire.HEADER_BYTES :]) == request
    assert LoadRequest(**json.loads(to_json(load))) == load and "\n" not in to_json(load)
    assert RunReply.from_json(to_json(reply).encode()) == reply
    assert ServerSettings.from_json(to_json(settings)) == settings
    raised = Raised("KeyError", ("KeyError", "LookupError"), "no", 3)
    report = CallReport(4, "raised", None, "4e", raised, "text", True)
    assert read_report(to_json(report)) == report
    assert read_report(to_json(RefusalReport("network"))) == RefusalReport("network")


def test_lines_about_one_call_add_up_and_the_worse_ending_counts() -> None:
    first = CallReport(0, "returned", value=["int", "0x1"])
    both = first.followed_by(CallReport(0, stdout="text", mutated=True))
    assert both == CallReport(0, "returned", ["int", "0x1"], stdout="text", mutated=True)
    assert both.followed_by(CallReport(0, "timed out")).ended == "timed out"
    assert CallReport(0, "timed out").followed_by(first).ended == "timed out"


def test_it_needs_the_standard_library_alone() -> None:
    program = (
        "import sys, importlib.util as util\n"
        f"spec = util.spec_from_file_location('wire', {wire.__file__!r})\n"
        "module = util.module_from_spec(spec)\n"
        "sys.modules['wire'] = module\n"
        "spec.loader.exec_module(module)\n"
        "print(module.ProcessLimits().files)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "64\n", done.stderr
