from dataclasses import replace
from pathlib import Path

import pytest

from codefavor.errors import SandboxError
from codefavor.sandbox.wasm.guest import find_file
from codefavor.sandbox.wasm.guests import JAVASCRIPT, PYTHON
from codefavor.sandbox.wasm.verified_guest import verify_guest


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "codefavor" / "wasm"


def test_a_guest_comes_with_its_files() -> None:
    verified = verify_guest(PYTHON)
    assert PYTHON.standard_library is not None
    assert verified.guest is PYTHON
    assert verified.module == find_file(PYTHON, PYTHON.module)
    assert verified.standard_library == find_file(PYTHON, PYTHON.standard_library)
    assert verify_guest(JAVASCRIPT).standard_library is None


def test_checked_files_are_recorded_in_the_cache(cache: Path) -> None:
    verify_guest(JAVASCRIPT)
    assert [path.name for path in cache.iterdir()] == [f"{JAVASCRIPT.module.sha256[:32]}.checked.json"]


def test_a_file_with_another_hash_is_refused_each_time() -> None:
    other = replace(JAVASCRIPT, module=replace(JAVASCRIPT.module, sha256="0" * 64))
    for _ in range(2):
        with pytest.raises(SandboxError, match=r"SHA-256 differs; run: pip install --force-reinstall qjs-wasi-.*==0"):
            verify_guest(other)


def test_a_guest_is_verified_without_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    assert verify_guest(JAVASCRIPT).module.is_file()
