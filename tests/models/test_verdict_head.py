import copy

import pytest
import torch
from tiny_bases import BASES, make_base
from transformers import AutoModelForCausalLM, PreTrainedModel

from codefavor.models.verdict_head import only_tokens


@pytest.mark.parametrize("base", BASES)
def test_two_logits_are_what_the_whole_layer_says_of_them(base: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        make_base(BASES[base], tmp_path_factory.mktemp("base"))
    )
    model.eval()  # type: ignore[no-untyped-call]
    narrow = only_tokens(copy.deepcopy(model), (9, 4))
    rows = torch.tensor([[3, 4, 5, 6]])
    with torch.inference_mode():
        torch.testing.assert_close(narrow(rows).logits, model(rows).logits[..., [9, 4]])
        # What tokens are read as stays whole, also where it was the same matrix.
        assert narrow.model.embed_tokens.weight.shape == model.model.embed_tokens.weight.shape
