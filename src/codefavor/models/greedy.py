"""Greedy writing of many replies at once, with the margin between the two verdicts at every place.

transformers' own `generate` would apply what a base's generation settings ask for (sampling, penalties), which moves
the logits that the verdict is read from. The caller reads the replies.
"""

from typing import NamedTuple

import torch
from transformers import PreTrainedModel

from codefavor.models.batches import pad_left
from codefavor.models.reply_tokens import ReplyTokens


class Written(NamedTuple):
    """What the model wrote in one row."""

    token_ids: list[int]
    """The tokens, without the one that ended the turn."""
    margins: list[float]
    """Where each token was chosen: the logit of verdict "A" less that of "B"."""


def write_replies(
    model: PreTrainedModel, prompts: list[list[int]], replies: ReplyTokens, pad_id: int, max_new_tokens: int
) -> list[Written]:
    """Return what `model` writes after each prompt; a row ends with its turn, its result line, or at the limit.

    A row that has ended leaves the batch, and frees its part of the cache.
    """
    ends = {replies.end, *_end_tokens(model)}
    token_a, token_b = replies.verdicts
    written = [Written([], []) for _ in prompts]
    active = list(range(len(prompts)))
    tokens, mask, positions = (torch.from_numpy(part).to(model.device) for part in pad_left(prompts, pad_id))
    cache = None
    for _ in range(max_new_tokens):
        output = model(
            input_ids=tokens,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        cache, logits = output.past_key_values, output.logits[:, -1].float()
        best = logits.argmax(dim=-1)
        margins = (logits[:, token_a] - logits[:, token_b]).tolist()
        going = []
        for place, token in enumerate(best.tolist()):
            row = written[active[place]]
            if token not in ends:
                row.token_ids.append(token)
                row.margins.append(margins[place])
                if not replies.is_finished(row.token_ids):
                    going.append(place)
        if not going:
            break
        kept = torch.tensor(going, device=best.device)
        if len(going) < len(active):
            cache.batch_select_indices(kept)
            active = [active[place] for place in going]
        tokens, positions = best[kept, None], positions[kept, -1:] + 1
        mask = torch.cat([mask[kept], mask.new_ones(len(going), 1)], dim=1)
    return written


def _end_tokens(model: PreTrainedModel) -> list[int]:
    """Return the tokens with which the base model says that it has ended."""
    ends = model.generation_config.eos_token_id if model.generation_config else None
    return ends if isinstance(ends, list) else [] if ends is None else [ends]
