"""Configuration files: one YAML mapping read into a typed record, with overrides from the command line on top."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from codefavor.errors import ConfigError
from codefavor.record import Record, explain

RecordT = TypeVar("RecordT", bound=Record)


def load_config(record_type: type[RecordT], path: Path | None, overrides: Mapping[str, Any]) -> RecordT:
    """Return the configuration at `path` with every override that is not None laid over it, mappings key by key.

    Raises:
        ConfigError: the file is missing, is not a YAML mapping, or what results contradicts the record's rules.
    """
    values = _read_mapping(path) if path else {}
    _lay_over(values, overrides)
    try:
        return record_type.model_validate(values)
    except ValidationError as error:
        origin = f"{path}: " if path else ""
        raise ConfigError(f"{origin}{explain(error)}") from None


def _lay_over(values: dict[str, Any], overrides: Mapping[str, Any]) -> None:
    for name, value in overrides.items():
        if isinstance(value, Mapping):
            inner = values.get(name)
            inner = dict(inner) if isinstance(inner, Mapping) else {}
            _lay_over(inner, value)
            if inner:
                values[name] = inner
        elif value is not None:
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
