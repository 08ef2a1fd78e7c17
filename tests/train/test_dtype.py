import pytest
import torch

from codefavor.train.config import DifferenceConfig
from codefavor.train.dtype import suited


@pytest.mark.parametrize("has", [True, False])
def test_bf16_is_dropped_where_it_would_be_emulated_alone(has: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": has})
    asked = DifferenceConfig(bf16=True, layers=3)
    assert suited(asked) == asked.model_copy(update={"bf16": has})
    assert suited(asked.model_copy(update={"bf16": False})).bf16 is False
