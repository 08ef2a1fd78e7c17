import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention

from codefavor.models.block_attention import attended_in_blocks


@pytest.mark.parametrize(("own", "seen"), [(1, 0), (5, 3), (128, 0), (300, 77)])
@pytest.mark.parametrize("softcap", [None, 30.0])
def test_it_is_attention_to_what_a_bf16_number_holds(own: int, seen: int, softcap: float | None) -> None:
    drawn = torch.Generator().manual_seed(own)
    query = torch.randn(1, 6, own, 16, generator=drawn)
    key, value = torch.randn(2, 1, 3, seen + own, 16, generator=drawn)
    mask = torch.ones(own, seen + own, dtype=torch.bool).tril(seen)
    exact = scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=0.25, enable_gqa=True)
    if softcap:
        scores = query @ key.repeat_interleave(2, dim=1).transpose(2, 3) * 0.25
        scores = (torch.tanh(scores / softcap) * softcap).masked_fill(~mask, float("-inf"))
        exact = torch.softmax(scores, dim=-1) @ value.repeat_interleave(2, dim=1)
    near = attended_in_blocks(query, key, value, 0.25, softcap)
    assert near.shape == exact.shape
    assert near.dtype == exact.dtype
    assert float((near - exact).norm() / exact.norm()) < 0.01
