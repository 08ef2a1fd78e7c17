"""The attacks of the probe: held in the guests, and through where nothing holds them."""

import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from codefavor.errors import SandboxError
from codefavor.sandbox.wasm import probe
from codefavor.sandbox.wasm.attack_programs import AttackPrograms
from codefavor.sandbox.wasm.guest import Guest
from codefavor.sandbox.wasm.guests import JAVASCRIPT, PYTHON
from codefavor.sandbox.wasm.probe import attack, attack_aims, check_wasm, filled, run_controls, search_for_others
from codefavor.sandbox.wasm.python_attacks import PYTHON_PROGRAMS
from codefavor.sandbox.wasm.runtimes import Runtimes
from codefavor.sandbox.wasm.wasm_engine import WasmEngine

GUESTS = pytest.mark.parametrize("guest", [PYTHON, JAVASCRIPT], ids=lambda guest: guest.language)


@pytest.fixture(scope="module")
def runtimes() -> Runtimes:
    return Runtimes((PYTHON, JAVASCRIPT), lambda text: None)


@pytest.fixture(scope="module")
def engine(runtimes: Runtimes) -> Iterator[WasmEngine]:
    with WasmEngine(runtimes, 2) as opened:
        yield opened


@GUESTS
def test_every_attack_is_held_and_every_control_runs(
    engine: WasmEngine, runtimes: Runtimes, guest: Guest, tmp_path: Path
) -> None:
    attacks = attack(engine, runtimes, guest, tmp_path)
    assert set(attacks.values()) == {"held"}, attacks
    assert len(attacks) >= 10
    assert set(run_controls(engine, guest).values()) == {"ran"}
    assert not (tmp_path / "written").exists()


def test_the_attacks_get_through_where_nothing_holds_them(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        attacks = filled(PYTHON_PROGRAMS.attacks, attack_aims(tmp_path, server.getsockname()[1]))
        for name, program in attacks.items():
            ran = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, cwd=tmp_path)
            assert ran.returncode == 0, (name, ran.stderr)


def test_a_guest_that_refuses_everything_is_not_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = {name: replace(programs, controls={"a program": "1 / 0;x"}) for name, programs in probe.PROGRAMS.items()}
    monkeypatch.setattr(probe, "PROGRAMS", refusing)
    found = check_wasm(lambda text: None)
    assert set(found.attacks.values()) == {"held"}
    assert not found.safe and "python: a program (exited" in found.not_held


def test_a_candidate_that_sees_another_is_told(engine: WasmEngine, runtimes: Runtimes) -> None:
    thief = PYTHON_PROGRAMS.thief.replace("own = ", "leaked = '{halves[0]}{halves[1]}'\nown = ", 1)
    leaking = replace(PYTHON_PROGRAMS, thief=thief)
    assert _searched(engine, runtimes, {"python": leaking}).startswith("got through: memory")


def test_a_search_that_finds_nothing_of_its_own_is_not_believed(engine: WasmEngine, runtimes: Runtimes) -> None:
    blind = replace(PYTHON_PROGRAMS, thief=PYTHON_PROGRAMS.thief.replace("data.find(first)", "-1"))
    assert "does not find what is there" in _searched(engine, runtimes, {"python": blind})
    unmarked = replace(PYTHON_PROGRAMS, marked="pass")
    assert (
        _searched(engine, runtimes, {"python": unmarked})
        == "could not be tried: the search from outside does not find what is there"
    )


def _searched(engine: WasmEngine, runtimes: Runtimes, programs: Mapping[str, AttackPrograms]) -> str:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(probe, "PROGRAMS", programs)
        return search_for_others(engine, runtimes, PYTHON, 1)


def test_a_guest_that_is_not_installed_is_told_and_the_others_are_attacked(monkeypatch: pytest.MonkeyPatch) -> None:
    def verify(guest: Guest) -> None:
        if guest is not JAVASCRIPT:
            raise SandboxError(f"{guest.title} is not installed; run: pip install it")

    monkeypatch.setattr(probe, "verify_guest", verify)
    found = check_wasm(lambda text: None)
    assert found.states["python-3.15"] == "off: Python 3.15 is not installed; run: pip install it"
    assert found.states["quickjs-0.17"].startswith("0.17.0 (")
    assert {name.partition(":")[0] for name in found.attacks} == {"javascript"}


@pytest.mark.slow
@GUESTS
def test_none_of_many_candidates_finds_another(engine: WasmEngine, runtimes: Runtimes, guest: Guest) -> None:
    assert search_for_others(engine, runtimes, guest, 20) == "held"
