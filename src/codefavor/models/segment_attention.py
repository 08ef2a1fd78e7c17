"""How a language model of transformers reads a flat layout: its attention goes segment by segment, nothing is padded.

Works for every decoder that takes its attention from transformers' registry and turns keys by halves (Llama, Mistral,
Qwen2, Gemma 2, SmolLM2, ...). `codefavor.models.prefix_tree` makes the segments.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, PreTrainedModel

from codefavor.errors import ConfigError
from codefavor.models.block_attention import attended_in_blocks
from codefavor.models.prefix_tree import Flat, Placed

_NAME = "codefavor_segments"
_ROUGH_NAME = f"{_NAME}_bf16"
_CPU_BLOCK = 64
"""Queries that are asked together on a CPU: PyTorch's attention there reads every key, also those that a mask hides."""


class _Turn(NamedTuple):
    """The rotation that moves a key by some positions."""

    cos: torch.Tensor
    sin: torch.Tensor


class _Block(NamedTuple):
    """Some of a segment's own tokens, which see what is before the last of them."""

    begin: int
    end: int
    mask: torch.Tensor | None
    """What is added to the scores, of shape (own, before + own); None where nothing is before."""


class _Reading(NamedTuple):
    """One segment as the attention needs it."""

    placed: Placed
    blocks: tuple[_Block, ...]
    """The segment in parts; none for the attention in bf16, which has its own."""
    turns: tuple[_Turn | None, ...]
    """How the keys of each seen segment are turned."""


def read_by_segments(model: PreTrainedModel) -> PreTrainedModel:
    """Return `model`, set to read flat layouts (`logits_at`, `states_at`), or rows without padding, from now on.

    A model that does so already stays as it is.
    """
    if model.config._attn_implementation not in (_NAME, _ROUGH_NAME):
        AttentionInterface.register(_NAME, _attend)
        model.set_attn_implementation(_NAME)
    return model


def read_roughly_by_segments(model: PreTrainedModel) -> PreTrainedModel:
    """Return `model`, set to read by segments with its attention in bf16: for judging on a CPU only."""
    AttentionInterface.register(_ROUGH_NAME, partial(_attend, rough=True))
    model.set_attn_implementation(_ROUGH_NAME)
    return model


def logits_at(model: PreTrainedModel, flat: Flat, places: Sequence[int]) -> torch.Tensor:
    """Return the logits over the vocabulary at some places of a flat layout, of shape (places, vocabulary).

    No other place goes through the output layer.

    Raises:
        ConfigError: a row is longer than the window that the model's attention slides over.
    """
    output = _pass(model, flat, logits_to_keep=torch.tensor(places, device=model.device))
    logits: torch.Tensor = output.logits
    return logits[0].float()


def states_at(model: PreTrainedModel, flat: Flat, places: Sequence[int]) -> torch.Tensor:
    """Return the states of a model without output layer at some places of a flat layout, of shape (places, width).

    Raises:
        ConfigError: a row is longer than the window that the model's attention slides over.
    """
    states: torch.Tensor = _pass(model, flat).last_hidden_state
    return states[0, torch.tensor(places, dtype=torch.long, device=model.device)].float()


def _pass(model: PreTrainedModel, flat: Flat, **options: Any) -> Any:
    _check_window(model, flat)
    return model(
        input_ids=torch.from_numpy(flat.token_ids)[None].to(model.device),
        position_ids=torch.from_numpy(flat.positions)[None].to(model.device),
        use_cache=False,
        segments=_readings(model, flat),
        **options,
    )


def _check_window(model: PreTrainedModel, flat: Flat) -> None:
    config = model.config
    window = getattr(config, "sliding_window", None)
    slides = "sliding_attention" in (getattr(config, "layer_types", None) or ())
    longest = int(flat.positions.max()) + 1
    if window and slides and longest > window:
        raise ConfigError(
            f"an input of {longest} tokens is longer than the {window} that the model's attention reaches"
        )


def _readings(model: PreTrainedModel, flat: Flat) -> list[_Reading]:
    shifts = {seen.shift for placed in flat.segments for seen in placed.seen} - {0}
    turns = {shift: _turn(model, shift) for shift in shifts}
    rough = model.config._attn_implementation == _ROUGH_NAME
    return [
        _Reading(
            placed,
            () if rough else tuple(_blocks(placed, model)),
            tuple(turns.get(seen.shift) for seen in placed.seen),
        )
        for placed in flat.segments
    ]


def _blocks(placed: Placed, model: PreTrainedModel) -> Iterator[_Block]:
    own = placed.end - placed.begin
    seen = sum(view.end - view.begin for view in placed.seen)
    size = _CPU_BLOCK if model.device.type == "cpu" else max(1, own)
    for begin in range(0, own, size):
        end = min(own, begin + size)
        yield _Block(begin, end, _mask(seen + begin, end - begin, model))


def _mask(before: int, own: int, model: PreTrainedModel) -> torch.Tensor | None:
    if not before:
        return None
    mask = torch.zeros(own, before + own, dtype=model.dtype, device=model.device)
    mask[:, before:] = torch.full((own, own), float("-inf"), dtype=model.dtype, device=model.device).triu(1)
    return mask


def _turn(model: PreTrainedModel, shift: int) -> _Turn:
    """Return the rotation by `shift` positions; rotations add up, so a turned key stands `shift` further."""
    rotary = model.get_decoder().rotary_emb  # type: ignore[no-untyped-call]
    like = torch.empty(0, dtype=model.dtype, device=model.device)
    cos, sin = rotary(like, torch.tensor([[shift]], device=model.device))
    # Some ways of stretching a context scale keys and queries here; they are scaled already.
    scale = getattr(rotary, "attention_scaling", 1.0)
    return _Turn(cos / scale, sin / scale)


def _attend(
    module: nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float,
    segments: Sequence[_Reading] | None = None,
    softcap: float | None = None,
    rough: bool = False,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attend within segments: query, key and value of shape (1, heads, tokens, width), one row.

    Without segments every row is one, and full. Returns (rows, tokens, heads, width), as transformers' own do.
    """
    if segments is None:
        return _attended(query, key, value, None, scaling, softcap).transpose(1, 2), None
    pieces = []
    for placed, blocks, turns in segments:
        own = slice(placed.begin, placed.end)
        keys = [_turned(key[:, :, view.begin : view.end], turn) for view, turn in zip(placed.seen, turns, strict=True)]
        values = [value[:, :, view.begin : view.end] for view in placed.seen]
        k = torch.cat([*keys, key[:, :, own]], dim=2) if keys else key[:, :, own]
        v = torch.cat([*values, value[:, :, own]], dim=2) if values else value[:, :, own]
        if rough:
            pieces.append(attended_in_blocks(query[:, :, own], k, v, scaling, softcap))
        else:
            before = k.shape[2] - (placed.end - placed.begin)
            for begin, end, mask in blocks:
                block_queries = query[:, :, placed.begin + begin : placed.begin + end]
                pieces.append(
                    _attended(block_queries, k[:, :, : before + end], v[:, :, : before + end], mask, scaling, softcap)
                )
    return torch.cat(pieces, dim=2).transpose(1, 2), None


def _turned(key: torch.Tensor, turn: _Turn | None) -> torch.Tensor:
    if turn is None:
        return key
    half = key.shape[-1] // 2
    other = torch.cat([-key[..., half:], key[..., :half]], dim=-1)
    return key * turn.cos + other * turn.sin


def _attended(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    scaling: float,
    softcap: float | None,
) -> torch.Tensor:
    groups = query.shape[1] // key.shape[1]
    if not softcap:
        return scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=mask is None, scale=scaling, enable_gqa=groups > 1
        )
    # PyTorch's own attention knows no cap on scores.
    key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    scores = torch.tanh(query @ key.transpose(2, 3) * scaling / softcap) * softcap
    if mask is None:
        mask = torch.full(scores.shape[-2:], float("-inf"), dtype=scores.dtype, device=scores.device).triu(1)
    return torch.softmax((scores + mask).float(), dim=-1).to(query.dtype) @ value
