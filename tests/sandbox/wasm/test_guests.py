import hashlib
import tomllib
from pathlib import Path

import pytest
import wasmtime

from codefavor.errors import SandboxError
from codefavor.languages.registry import language_named
from codefavor.sandbox.wasm.guest import Guest, find_file
from codefavor.sandbox.wasm.guests import DEFAULT_GUESTS, GUESTS, JAVASCRIPT, PYTHON, PYTHON_312
from codefavor.sandbox.wasm.runtimes import Runtimes

by_name = pytest.mark.parametrize("guest", GUESTS, ids=lambda guest: guest.name)


@by_name
def test_every_guest_is_installed_with_the_pinned_bytes(guest: Guest) -> None:
    for file in guest.files:
        assert hashlib.sha256(find_file(guest, file).read_bytes()).hexdigest() == file.sha256


@by_name
def test_every_guest_runs_a_language_that_codefavor_knows(guest: Guest) -> None:
    assert language_named(guest.language).name == guest.language


@pytest.mark.parametrize("guest", DEFAULT_GUESTS)
def test_the_default_guests_are_dependencies_in_the_pinned_version(guest: Guest) -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert guest.requirement in project["dependencies"]


def test_quickjs_exports_what_its_entry_promises() -> None:
    module = wasmtime.Module.from_file(wasmtime.Engine(), str(find_file(JAVASCRIPT, JAVASCRIPT.module)))
    assert {"memory", "_initialize", "qjs_init_argv"} <= {export.name for export in module.exports}


def test_a_guest_is_found_by_language(runtimes: Runtimes) -> None:
    assert runtimes.get("python").guest is PYTHON
    assert runtimes.get("javascript").guest is JAVASCRIPT
    assert PYTHON_312 in GUESTS and PYTHON_312 not in DEFAULT_GUESTS


def test_what_is_unknown_is_answered_with_what_there_is(runtimes: Runtimes) -> None:
    with pytest.raises(SandboxError, match="runs go; there are guests for python, javascript"):
        runtimes.get("go")
