import os
from pathlib import Path

import pytest

from codefavor.errors import SandboxError
from codefavor.sandbox.wasm.private_files import cache_folder, check_private_file, check_private_folder

posix = pytest.mark.skipif(os.name != "posix", reason="modes and owners are those of POSIX")
as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files away")
SOMEBODY = 65534


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.touch(mode=0o600)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "folder"
    path.mkdir(mode=0o700)
    return path


def test_the_cache_folder_is_made_for_this_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    previous = os.umask(0)
    try:
        folder = cache_folder()
    finally:
        os.umask(previous)
    assert folder == tmp_path / "cache" / "codefavor" / "wasm"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert cache_folder() == folder


def test_a_cache_folder_that_cannot_be_made_is_named(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))
    with pytest.raises(SandboxError, match="wasm: cannot be made: Not a directory"):
        cache_folder()


def test_private_files_and_folders_pass(file: Path, folder: Path) -> None:
    check_private_file(file)
    check_private_folder(folder)


@posix
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o640, 0o604])
def test_rights_of_others_on_a_file_are_refused(file: Path, mode: int) -> None:
    file.chmod(mode)
    with pytest.raises(SandboxError, match="other users have rights on this file"):
        check_private_file(file)


@posix
@pytest.mark.parametrize("mode", [0o770, 0o702, 0o750, 0o701])
def test_rights_of_others_on_a_folder_are_refused(folder: Path, mode: int) -> None:
    folder.chmod(mode)
    with pytest.raises(SandboxError, match="other users have rights on this folder"):
        check_private_folder(folder)


@posix
def test_a_second_name_is_refused(file: Path) -> None:
    file.with_name("second").hardlink_to(file)
    with pytest.raises(SandboxError, match="second name"):
        check_private_file(file)


def test_links_are_refused(tmp_path: Path, file: Path, folder: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file)
    with pytest.raises(SandboxError, match="link to one"):
        check_private_file(link)
    link.unlink()
    link.symlink_to(folder)
    with pytest.raises(SandboxError, match="link to one"):
        check_private_folder(link)


def test_a_folder_is_no_file_and_a_file_no_folder(file: Path, folder: Path) -> None:
    with pytest.raises(SandboxError, match="not a file"):
        check_private_file(folder)
    with pytest.raises(SandboxError, match="not a folder"):
        check_private_folder(file)


@as_root
def test_what_belongs_to_somebody_else_is_refused(file: Path, folder: Path) -> None:
    os.chown(file, SOMEBODY, SOMEBODY)
    os.chown(folder, SOMEBODY, SOMEBODY)
    with pytest.raises(SandboxError, match=f"belongs to user {SOMEBODY}"):
        check_private_file(file)
    with pytest.raises(SandboxError, match=f"belongs to user {SOMEBODY}"):
        check_private_folder(folder)
