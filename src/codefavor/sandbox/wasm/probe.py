"""Attacks the wasm engine before it is trusted: hostile programs in every guest, and what came of each.

A wall is believed only where harmless programs run behind it and where what searches for a secret is seen to find one.
Nothing here needs a particular operating system.
"""

import os
import secrets
import socket
import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from codefavor.errors import SandboxError
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.engine_check import EngineCheck
from codefavor.sandbox.job import Job, JobResult
from codefavor.sandbox.wasm.attack_programs import AttackPrograms
from codefavor.sandbox.wasm.guest import Guest
from codefavor.sandbox.wasm.guests import DEFAULT_GUESTS, GUESTS
from codefavor.sandbox.wasm.javascript_attacks import JAVASCRIPT_PROGRAMS
from codefavor.sandbox.wasm.memory_search import search_memories
from codefavor.sandbox.wasm.python_attacks import PYTHON_PROGRAMS
from codefavor.sandbox.wasm.runtimes import Runtimes
from codefavor.sandbox.wasm.verified_guest import verify_guest
from codefavor.sandbox.wasm.wasm_engine import WasmEngine
from codefavor.sandbox.wire import ProcessLimits

PROGRAMS: Mapping[str, AttackPrograms] = {"python": PYTHON_PROGRAMS, "javascript": JAVASCRIPT_PROGRAMS}
"""By the language that a guest runs."""
_MEGABYTE = 1 << 20
LIMITS = ProcessLimits(memory=256 * _MEGABYTE)
"""The limits of the attacks."""
_FUEL = 4_000_000_000
_THIEVES = 1


def check_wasm(announce: Callable[[str], None]) -> EngineCheck:
    """Attack the default guests that are installed, and return what is there and what held.

    `announce` is told in a sentence what takes seconds: a guest that was never used is compiled.
    """
    states = {"wasmtime": version("wasmtime"), **{guest.name: guest_state(guest) for guest in GUESTS}}
    usable = [guest for guest in DEFAULT_GUESTS if not states[guest.name].startswith("off")]
    attacks: dict[str, str] = {}
    controls: dict[str, str] = {}
    try:
        runtimes = Runtimes(usable, announce)
        with WasmEngine(runtimes) as engine, tempfile.TemporaryDirectory() as folder:
            for guest in usable:
                attacks |= attack(engine, runtimes, guest, Path(folder))
                controls |= run_controls(engine, guest)
    except SandboxError as error:
        return EngineCheck("wasm", states, {"all": f"could not be tried: {error}"})
    return EngineCheck("wasm", states, attacks, controls)


def guest_state(guest: Guest) -> str:
    """Return the version of a guest and the start of its hash, or "off" and why it cannot be used."""
    try:
        verify_guest(guest)
    except SandboxError as error:
        return f"off: {error}"
    return f"{guest.version} ({guest.module.sha256[:12]})"


def run_controls(engine: Engine, guest: Guest) -> dict[str, str]:
    """Run the harmless programs and return each with "ran" or what came of it."""
    programs = filled(PROGRAMS[guest.language].controls, {"enough": 64 * _MEGABYTE})
    results = engine.run([_job(guest, program) for program in programs.values()])
    return {
        f"{guest.language}: {name}": "ran" if result.ended == "finished" else _ending(result)
        for name, result in zip(programs, results, strict=True)
    }


def attack(engine: Engine, runtimes: Runtimes, guest: Guest, folder: Path) -> dict[str, str]:
    """Run every attack and return it with "held" or what came of it; what they are after lies in `folder`."""
    programs = PROGRAMS[guest.language]
    with socket.create_server(("127.0.0.1", 0)) as server:
        aims = attack_aims(folder, server.getsockname()[1])
        attacks = filled(programs.attacks, aims)
        results = engine.run([_job(guest, program) for program in attacks.values()])
    found = {name: _judge(result) for name, result in zip(attacks, results, strict=True)}
    if Path(aims["target"]).exists():
        found["writing files"] = "got through"
    found["random"] = _judge_random(engine, guest, programs)
    found["another candidate's bytes"] = search_for_others(engine, runtimes, guest, _THIEVES)
    return {f"{guest.language}: {name}": outcome for name, outcome in found.items()}


def attack_aims(folder: Path, port: int) -> dict[str, Any]:
    """Return what the attacks are aimed at: files in `folder`, a server on a loopback port, this process, its clock."""
    secret = folder / "secret"
    secret.write_text("secret", encoding="utf-8")
    return {
        "secret": str(secret),
        "target": str(folder / "written"),
        "port": port,
        "pid": os.getpid(),
        "now": int(time.time()),
        "too_much": LIMITS.memory + _MEGABYTE,
    }


def filled(programs: Mapping[str, str], aims: Mapping[str, Any]) -> dict[str, str]:
    """Return programs with their aims filled in."""
    return {name: program.format(**aims) for name, program in programs.items()}


def search_for_others(engine: Engine, runtimes: Runtimes, guest: Guest, thieves: int) -> str:
    """Have a candidate hold a marker and others search for it, then search their memories from outside.

    Returns "held" or who found what.
    """
    programs = PROGRAMS[guest.language]
    marker, own = secrets.token_hex(16), secrets.token_hex(16)
    code = programs.marked.format(marker=marker)
    size = engine.run_one(_job(guest, code)).memory or 0
    thief = programs.thief.format(size=size, halves=_halves(marker), own=own, own_halves=_halves(own))
    for result in engine.run([_job(guest, thief)] * thieves):
        if result.ended != "finished":
            return f"could not be tried: {_ending(result)}"
        if result.stdout:
            return f"got through: {result.stdout.strip()[:200]}"
    held = search_memories(runtimes.get(guest.language), (code, thief), marker.encode(), LIMITS, _FUEL)
    if not held[0]:
        return "could not be tried: the search from outside does not find what is there"
    return "got through: memory" if any(held[1:]) else "held"


def _halves(marker: str) -> list[str | bytes]:
    middle = len(marker) // 2
    return [marker[:middle], marker[middle:]]


def _job(guest: Guest, program: str) -> Job:
    return Job(program, language=guest.language, program=True, limits=LIMITS, budget=_FUEL)


def _judge(result: JobResult) -> str:
    if result.ended == "finished":
        return "got through"
    return "held" if result.ended in ("exited", "trap", "memory") else f"could not be tried: {_ending(result)}"


def _judge_random(engine: Engine, guest: Guest, programs: AttackPrograms) -> str:
    first, second = engine.run([_job(guest, programs.random)] * 2)
    if first.ended != "finished" or not first.stdout:
        return f"could not be tried: {_ending(first)}"
    return "held" if first.stdout == second.stdout else "got through"


def _ending(result: JobResult) -> str:
    return f"{result.ended}, {result.stdout.strip()[-200:] or 'without a word'}"
