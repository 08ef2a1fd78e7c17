"""The output layer of a judge that answers with one of two tokens: those two rows of it, and no others."""

from torch import nn
from transformers import PreTrainedModel


def only_tokens(model: PreTrainedModel, token_ids: tuple[int, int]) -> PreTrainedModel:
    """Return `model` with an output layer of these two tokens, first and second.

    The layer over the whole vocabulary is the largest of a small model, and every batch would read all of it.
    """
    whole: nn.Linear = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    chosen = list(token_ids)
    head = nn.Linear(whole.in_features, len(chosen), bias=whole.bias is not None, device="meta")
    head.weight = nn.Parameter(whole.weight.detach()[chosen].clone(), requires_grad=False)
    if whole.bias is not None:
        head.bias = nn.Parameter(whole.bias.detach()[chosen].clone(), requires_grad=False)
    model.set_output_embeddings(head)  # type: ignore[no-untyped-call]
    return model
