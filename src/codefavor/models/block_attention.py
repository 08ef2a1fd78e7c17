"""Attention in bf16 on a CPU, a block of queries at a time, for judges that give up fp32 anyway.

PyTorch's own attention is no faster in bf16 than in fp32 on CPUs, since it multiplies many small blocks. Here the heads
that share keys are stacked into one product, and a block sees no key behind its last token.
"""

import torch

_BLOCK = 128
"""Queries of one block: the scores of a block stay in the caches."""


def attended_in_blocks(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scaling: float, softcap: float | None
) -> torch.Tensor:
    """Return what each token takes from all earlier ones and itself, of the shape and type of `query`.

    `query` has the shape (1, heads, own, width), `key` and `value` (1, fewer heads, seen + own, width): what stands
    before the own tokens is seen whole.
    """
    heads, own, width = query.shape[1:]
    groups = key.shape[1]
    seen = key.shape[2] - own
    queries = (query * scaling).to(torch.bfloat16).view(groups, heads // groups, own, width)
    keys, values = key[0].to(torch.bfloat16).transpose(1, 2), value[0].to(torch.bfloat16)
    out = torch.empty_like(query)
    for begin in range(0, own, _BLOCK):
        end = min(own, begin + _BLOCK)
        block_queries = queries[:, :, begin:end].reshape(groups, -1, width)
        scores = torch.bmm(block_queries, keys[:, :, : seen + end])
        if softcap:
            scores.div_(softcap).tanh_().mul_(softcap)
        behind = torch.ones(end - begin, end - begin, dtype=torch.bool, device=query.device).triu_(1)
        scores.view(heads, end - begin, -1)[..., seen + begin :].masked_fill_(behind, float("-inf"))
        taken = torch.bmm(torch.softmax(scores, dim=-1), values[:, : seen + end])
        out[0, :, begin:end] = taken.view(heads, end - begin, width)
    return out
