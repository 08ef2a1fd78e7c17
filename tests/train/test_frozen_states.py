import logging
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from codefavor.train.frozen_states import StateFile

WIDTH = 8
ROWS = [[5, 6, 7, 8], [5, 6], [9, 9, 9]]


def padded(rows: list[list[int]]) -> dict[str, torch.Tensor]:
    width = max(map(len, rows))
    return {
        "input_ids": torch.tensor([[0] * (width - len(row)) + row for row in rows]),
        "attention_mask": torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows]),
        "position_ids": torch.tensor([[0] * (width - len(row)) + [*range(len(row))] for row in rows]),
    }


def states_of(rows: list[list[int]], drawn: int) -> torch.Tensor:
    return torch.randn(len(rows), max(map(len, rows)), WIDTH, generator=torch.Generator().manual_seed(drawn))


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_rows_are_found_in_another_order_and_padded_otherwise(tmp_path: Path) -> None:
    kept_states = states_of(ROWS, 0)
    with StateFile(tmp_path) as states:
        states.write(padded(ROWS), kept_states)
        found = states.read(padded([ROWS[2], ROWS[1]]), WIDTH)
        assert states.read(padded([ROWS[1], [9, 9]]), WIDTH) is None
    assert found is not None
    torch.testing.assert_close(found[0], kept_states[2, 1:])
    torch.testing.assert_close(found[1, 1:], kept_states[1, 2:])
    assert not any(tmp_path.iterdir())


def test_a_full_disk_ends_the_keeping_and_leaves_what_was_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept_states = states_of(ROWS[:2], 0)
    more = [[4] * 30]
    with StateFile(tmp_path) as states:
        states.write(padded(ROWS[:2]), kept_states)
        with files_of_at_most(400), caplog.at_level(logging.WARNING, "codefavor"):
            states.write(padded(more), states_of(more, 1))
            states.write(padded(ROWS[2:]), states_of(ROWS[2:], 2))
        assert states.read(padded(more), WIDTH) is None
        assert states.read(padded(ROWS[2:]), WIDTH) is None
        kept = states.read(padded(ROWS[:2]), WIDTH)
    assert kept is not None
    torch.testing.assert_close(kept[0], kept_states[0])
    (warning,) = [record.getMessage() for record in caplog.records]
    assert "can no longer be kept" in warning
