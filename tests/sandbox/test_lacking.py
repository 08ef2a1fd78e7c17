"""What a guest lacks is told from what a candidate's own fault is."""

from dataclasses import replace

import pytest

from codefavor.sandbox.job import CallOutcome, Job, JobResult, SandboxCall
from codefavor.sandbox.lacking import lacking, lacking_for
from codefavor.sandbox.open_engine import open_engine
from codefavor.sandbox.wire import Raised

LACKING = {
    "import threading\nthreading.Thread(target=print).start()": "threads",
    "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(2).submit(abs, 1)": "threads",
    "import subprocess\nsubprocess.run(['true'])": "processes",
    "from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor(2)": "processes",
    "import os\nos.fork()": "the function fork of the system",
    "import multiprocessing\nmultiprocessing.Pool(2)": "the function pipe of the system",
    "import socket\nsocket.socket()": "the network",
    "import urllib.request\nurllib.request.urlopen('http://127.0.0.1')": "the function getaddrinfo of the system",
    "import pyflakes": "the module pyflakes",
    "from pyflakes.api import check": "the module pyflakes",
    "import fcntl": "the module fcntl",
    "import ssl": "the module _ssl",
    "import asyncio\nasync def f():\n    await asyncio.Event().wait()\nasyncio.run(f())": "events from outside",
    "import json\njson.loads('[' * 10**5)": "a deeper stack",
    "len(range(1 << 40))": "sizes of 64 bits",
    "bytes(1 << 40)": "sizes of 64 bits",
}
OWN_FAULT = [
    "1 / 0",
    "[][0]",
    "import os\nos.nothing_like_it",
    "from math import nothing_like_it",
    "open('/nothing/like/it')",
    "def f(): f()\nf()",
    "raise RuntimeError('threads')",
    "raise OSError(58, 'no')",
    "int('x')",
    "input()",
]


def test_what_guests_lack_is_named() -> None:
    with open_engine("wasm", 2) as engine:
        results = engine.run([Job("", (SandboxCall(code, budget=10**10),)) for code in LACKING])
    assert {code: lacking(result) for code, result in zip(LACKING, results, strict=True)} == LACKING


def test_faults_of_candidates_are_their_own() -> None:
    with open_engine("wasm", 2) as engine:
        results = engine.run([Job("", (SandboxCall(code),)) for code in OWN_FAULT])
    named = {code: lacking(result) for code, result in zip(OWN_FAULT, results, strict=True)}
    assert {code for code, need in named.items() if need} == {
        "raise OSError(58, 'no')",
        "import os\nos.nothing_like_it",
    }


RAISED = Raised("RuntimeError", ("RuntimeError", "Exception"), "can't start new thread", 1)
FINE, THREADS = CallOutcome("returned", fuel=1), CallOutcome("raised", raised=RAISED, fuel=1)
STACK = CallOutcome("died", fuel=1, ended="stack")


@pytest.mark.parametrize("outcomes", [(THREADS, FINE), (FINE, THREADS), (FINE, STACK)])
def test_one_call_that_lacks_something_is_enough(outcomes: tuple[CallOutcome, ...]) -> None:
    assert lacking(JobResult(FINE, outcomes, "finished", 0, fuel=1)) is not None


def test_natively_nothing_is_known_to_be_lacking() -> None:
    native = replace(THREADS, fuel=None)
    assert lacking_for(native) is None
    assert lacking(JobResult(native, (native,), "finished", 0)) is None


def test_loading_may_lack_something_and_a_stack_is_not_the_only_end() -> None:
    assert lacking(JobResult(THREADS, (), "finished", 0, fuel=1)) == "threads"
    assert lacking_for(CallOutcome("died", fuel=1, ended="trap")) is None
    assert lacking_for(CallOutcome("exhausted", fuel=1, ended="fuel")) is None
