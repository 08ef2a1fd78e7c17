"""The folder of a run: claimed by the settings of one run, refused to every other. What a run writes is its own.

Two processes may claim one folder at once: the settings are created, not written over, so one of them begins the run
and the other finds it begun. Which of them may write is decided by the lock of the run's journal.
"""

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from codefavor.atomic import as_json, create_once, is_partial, writing_to
from codefavor.errors import DataError, UserError
from codefavor.record import Record

SETTINGS_FILE = "settings.json"
"""What a run was begun with."""
MANIFEST_FILE = "manifest.json"
"""What a result was made from."""

Comparable = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes of settings as JSON what has to be the same for a run to be resumed."""


def claim(
    out: Path,
    settings: Record,
    *,
    file: str = SETTINGS_FILE,
    comparable: Comparable | None = None,
    earlier: str | None = None,
) -> None:
    """Begin a run in `out`, or make sure that the run there was begun with the same settings.

    Args:
        out: the folder, made when missing.
        settings: what shapes the result.
        file: the name of the file of settings.
        comparable: what of the settings has to be the same; everything unless given.
        earlier: a file by which a run of version 0.1 is known, which wrote no settings.

    Raises:
        UserError: `out` holds a run with other settings or something else, or cannot be written.
        DataError: the settings there are damaged.
    """
    path = out / file
    if not path.is_file():
        _refuse_foreign(out, path, earlier)
        with writing_to(out):
            out.mkdir(parents=True, exist_ok=True)
            if create_once(path, as_json(settings)):
                return
    _refuse_other_settings(out, path, settings, comparable or _validated(type(settings)))


def require_claimable(out: Path, settings: Record) -> None:
    """Refuse a folder that `claim` would refuse, and write nothing: for a run that may come to nothing.

    Raises:
        UserError: `out` holds a run with other settings or something else.
        DataError: the settings there are damaged.
    """
    path = out / SETTINGS_FILE
    if path.is_file():
        _refuse_other_settings(out, path, settings, _validated(type(settings)))
    else:
        _refuse_foreign(out, path, None)


def require_new(out: Path) -> None:
    """Refuse a folder that holds anything.

    Raises:
        UserError: it does, or it is a file.
    """
    require_folder(out)
    if out.exists() and any(out.iterdir()):
        raise UserError(f"{out} is not empty; choose another --out")


def require_absent(out: Path) -> None:
    """Refuse a file or folder that exists, even an empty one.

    Raises:
        UserError: it does.
    """
    if out.exists():
        raise UserError(f"{out} already exists; choose another --out")


def require_resumable(out: Path, *, finished: str, begun: Collection[str], resume: bool, what: str) -> None:
    """Refuse a folder that a run must not write to, where `--resume` says whether a run is resumed.

    Args:
        out: the folder.
        finished: the name of the file that a finished run has.
        begun: names of which a run that has not ended has one.
        resume: whether such a run is to be resumed.
        what: what a finished run has made, in a word.

    Raises:
        UserError: `out` holds a finished run, a run that has not ended and is not resumed, or something else.
    """
    require_folder(out)
    if (out / finished).exists():
        raise UserError(f"{out} already holds a finished {what}; choose another --out")
    names = {path.name for path in out.iterdir()} if out.exists() else set()
    if names and not names & set(begun):
        raise UserError(_foreign(out))
    if names and not resume:
        raise UserError(f"{out} holds a run that has not ended; choose another --out, or add --resume")


def other_settings(out: Path, names: Collection[str], remedy: str, *, option: str = "--out") -> UserError:
    """Return the refusal of a run whose settings called `names` are others; `remedy` says with what it is resumed."""
    return UserError(
        f"{out} was begun with other settings ({', '.join(name.replace('_', ' ') for name in names)}); "
        f"choose another {option}, or resume with {remedy}"
    )


def require_folder(out: Path) -> None:
    """Refuse a file where a folder is to be.

    Raises:
        UserError: it is one.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file; choose another --out")


def _refuse_foreign(out: Path, path: Path, earlier: str | None) -> None:
    require_folder(out)
    names = {entry.name for entry in out.iterdir()} if out.exists() else set()
    held = any(not is_partial(name, path.name) for name in names)
    # Another process may have begun the run since its settings were looked for.
    if held and earlier not in names and not path.is_file():
        raise UserError(_foreign(out))


def _foreign(out: Path) -> str:
    return f"{out} is not empty and holds no such run; choose another --out"


def _refuse_other_settings(out: Path, path: Path, settings: Record, comparable: Comparable) -> None:
    try:
        begun = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: no settings that can be read ({error}); choose another --out") from None
    try:
        before = comparable(begun)
    except (ValidationError, AttributeError, TypeError):
        raise UserError(f"{out} holds a run of another kind; choose another --out") from None
    now = comparable(settings.model_dump(mode="json"))
    if changed := [name for name in now | before if now.get(name) != before.get(name)]:
        raise other_settings(out, changed, f"those in {path.name}")


def _validated(kind: type[Record]) -> Comparable:
    """Return what fills in the defaults of settings that an earlier version wrote without a field."""
    return lambda values: kind.model_validate(values).model_dump(mode="json")
