"""Checkpoints: a kill between any two operations on files leaves one that is whole."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from codefavor import atomic
from codefavor.errors import DataError, UserError
from codefavor.train.checkpoint import CheckpointProgress, drop_checkpoint, load_checkpoint, save_checkpoint
from codefavor.train.engine import Engine

STATE = Path("checkpoint") / "state.safetensors"


class Killed(BaseException):
    """What a kill looks like from inside: nothing after it runs, no clean-up either."""


class Run:
    """One weight, trained a step at a time, whose checkpoint stands in a folder."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.weight = nn.Parameter(torch.zeros(3))
        self.optimizer = torch.optim.AdamW([self.weight], lr=0.1)

    def step(self, number: int) -> None:
        self.weight.grad = torch.full((3,), float(number))
        self.optimizer.step()

    def save(self, step: int) -> None:
        progress = CheckpointProgress(step=step, run="digest")
        save_checkpoint(self.out, progress, [("weight", self.weight)], self.optimizer, Engine())

    def load(self, run: str = "digest") -> int:
        return load_checkpoint(self.out, run, [("weight", self.weight)], self.optimizer, Engine())


def test_a_checkpoint_gives_back_weights_and_states(tmp_path: Path) -> None:
    first, again = Run(tmp_path), Run(tmp_path)
    assert again.load() == 0
    first.step(1)
    first.save(1)
    assert again.load() == 1
    for run in (first, again):
        run.step(2)
    assert torch.equal(first.weight, again.weight)
    drop_checkpoint(tmp_path)
    assert Run(tmp_path).load() == 0


OPERATIONS: list[tuple[Any, str]] = [
    (os, "fsync"),
    (Path, "replace"),
    (Path, "mkdir"),
    (atomic, "_sync_folder"),
]


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("owner", "name"), OPERATIONS, ids=[name for _, name in OPERATIONS])
def test_a_kill_between_operations_leaves_the_old_or_the_new_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, late: bool
) -> None:
    run = Run(tmp_path)
    run.step(1)
    run.save(1)
    old = run.weight.detach().clone()
    run.step(2)
    operation: Callable[..., Any] = getattr(owner, name)

    def killed(*arguments: Any, **options: Any) -> None:
        if late:
            operation(*arguments, **options)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, killed)
        with pytest.raises(Killed):
            run.save(2)
    again = Run(tmp_path)
    step = again.load()
    assert step in (1, 2)
    assert torch.equal(again.weight, old if step == 1 else run.weight)


def test_a_kill_while_the_tensors_are_written_leaves_the_old_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(tmp_path)
    run.step(1)
    run.save(1)

    def torn(tensors: dict[str, torch.Tensor], path: Path, metadata: dict[str, str]) -> None:
        save_file(tensors, path, metadata)
        path.write_bytes(path.read_bytes()[:50])
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("codefavor.train.checkpoint.save_file", torn)
        with pytest.raises(Killed):
            run.save(2)
    assert Run(tmp_path).load() == 1
    run.save(3)
    assert Run(tmp_path).load() == 3


def test_what_a_killed_writer_left_is_removed(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.save(1)
    left = (tmp_path / STATE).with_name(f".{STATE.name}.0123456789abcdef.partial")
    left.write_bytes(b"half of a state")
    run.save(2)
    assert [path.name for path in left.parent.iterdir()] == [STATE.name]


def test_a_torn_or_foreign_checkpoint_is_refused(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.step(1)
    run.save(1)
    with pytest.raises(UserError, match=r"was begun with other settings \(configuration or pairs\)"):
        run.load("another digest")
    save_file({"weight/weight": torch.zeros(3)}, tmp_path / STATE)
    with pytest.raises(DataError, match="not a checkpoint of this codefavor"):
        run.load()
    (tmp_path / STATE).write_bytes(b"torn")
    with pytest.raises(DataError, match=r"state\.safetensors: unreadable"):
        run.load()
