"""Configuration files: YAML mappings read into a typed record, with overrides from the command line on top."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from codefavor.errors import ConfigError
from codefavor.record import Record, explain

RecordT = TypeVar("RecordT", bound=Record)


def load_config(
    record_type: type[RecordT], path: Path | Sequence[Path] | None, overrides: Mapping[str, Any]
) -> RecordT:
    """Return the configuration at `path` with every override that is not None laid over it, mappings key by key.

    Of several files each lies over those before it, so that a recipe is put together from what is the same in many.

    Raises:
        ConfigError: a file is missing, is not a YAML mapping, or what results contradicts the record's rules.
    """
    paths = [path] if isinstance(path, Path) else list(path or ())
    values: dict[str, Any] = {}
    for each in paths:
        _lay_over(values, _read_mapping(each))
    _lay_over(values, _given(overrides))
    try:
        return record_type.model_validate(values)
    except ValidationError as error:
        origin = f"{', '.join(map(str, paths))}: " if paths else ""
        raise ConfigError(f"{origin}{explain(error)}") from None


def _given(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the overrides that are not None; mappings of which nothing is left are not given either."""
    given = {name: _given(value) if isinstance(value, Mapping) else value for name, value in overrides.items()}
    return {name: value for name, value in given.items() if value is not None and value != {}}


def _lay_over(values: dict[str, Any], above: Mapping[str, Any]) -> None:
    for name, value in above.items():
        inner = values.get(name)
        if isinstance(value, Mapping) and isinstance(inner, Mapping):
            values[name] = dict(inner)
            _lay_over(values[name], value)
        else:
            values[name] = value


def _read_mapping(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: unreadable: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: a mapping of names to values was expected")
    return content


def dump_config(config: Record) -> str:
    """Return `config` as YAML that `load_config` reads back to an equal record."""
    return yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
