"""For every rule of ours: text in which it fires, and the same program put right, in which it does not.

A place that is guarded counts as put right. The cases stand in `rule_cases.txt`: `=== RULE`, the weak program,
`=== put right`, the other.
"""

from collections.abc import Iterator
from pathlib import Path

_MARK, _REPAIRED = "=== ", "put right"


def _read() -> Iterator[tuple[str, str, str]]:
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    parts = [part.partition("\n") for part in f"\n{text}".split(f"\n{_MARK}")[1:]]
    for (rule, _, bad), (mark, _, good) in zip(parts[::2], parts[1::2], strict=True):
        if mark != _REPAIRED:
            raise ValueError(f"rule_cases.txt: the case of {rule} has no {_MARK}{_REPAIRED}")
        yield rule, f"{bad.rstrip()}\n", f"{good.rstrip()}\n"


CASES: list[tuple[str, str, str]] = list(_read())
