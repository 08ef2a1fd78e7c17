"""The lines that a candidate's process reported, read outside of it: no type is believed, and no line raises."""

import json
from typing import Any

from codefavor.sandbox.wire import ENDINGS, MAX_TEXT, CallReport, LayersReport, Raised, RefusalReport

_MAX_NAME = 100
_MAX_REFUSAL = 300
_LAYERS_START = '{"layers"'


def read_layers(line: str) -> LayersReport | None:
    """Return what the first line of a process says of its layers; None where the process ended before it said so."""
    return LayersReport(json.loads(line)["layers"]) if line.startswith(_LAYERS_START) else None


def read_report(line: str) -> CallReport | RefusalReport | None:
    """Return what a further line says, or None where it is no report; a candidate may have written it."""
    try:
        return _read_line(json.loads(line))
    except (ValueError, RecursionError):
        return None


def _read_line(data: Any) -> CallReport | RefusalReport | None:
    if not isinstance(data, dict):
        return None
    if type(data.get("call")) is int:
        return _read_call(data)
    return RefusalReport(_text(data["refused"])[:_MAX_REFUSAL]) if "refused" in data else None


def _read_call(data: dict[str, Any]) -> CallReport | None:
    ended = data.get("ended")
    if ended is not None and ended not in ENDINGS:
        return None
    stdout = data.get("stdout")
    return CallReport(
        call=data["call"],
        ended=ended,
        value=data.get("value"),
        packed=packed if isinstance(packed := data.get("packed"), str) else None,
        raised=_read_raised(data.get("raised")),
        stdout=None if stdout is None else _text(stdout)[:MAX_TEXT],
        mutated=_flag(data.get("mutated")),
    )


def _read_raised(data: object) -> Raised | None:
    if not isinstance(data, dict) or not isinstance(data.get("bases"), list):
        return None
    return Raised(
        type_name=_text(data.get("type_name")),
        bases=_names(data["bases"]),
        message=_text(data.get("message"))[:MAX_TEXT],
        line=_count(data.get("line")),
    )


def _names(values: list[object]) -> tuple[str, ...]:
    return tuple(_text(value)[:_MAX_NAME] for value in values)


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(value: object) -> str:
    """Return `value` as text that can be written anywhere: a candidate may report lone surrogates."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _count(value: object) -> int | None:
    """Return `value` where it is a count: a candidate may report anything."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63 else None
