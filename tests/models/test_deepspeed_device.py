import os

import pytest
import torch

from codefavor.models.deepspeed_device import set_deepspeed_device


def test_deepspeed_is_told_of_a_missing_gpu_unless_something_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DS_ACCELERATOR", "xpu")
    set_deepspeed_device()
    assert os.environ["DS_ACCELERATOR"] == "xpu"
    for there, told in ((True, None), (False, "cpu")):
        monkeypatch.delenv("DS_ACCELERATOR", raising=False)
        monkeypatch.setattr(torch.cuda, "is_available", lambda there=there: there)
        set_deepspeed_device()
        assert os.environ.get("DS_ACCELERATOR") == told
