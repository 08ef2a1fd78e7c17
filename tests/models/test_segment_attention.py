import copy
from pathlib import Path

import pytest
import torch
from tiny_bases import BASES, make_base
from transformers import AutoModelForCausalLM, PreTrainedModel

from codefavor.errors import ConfigError
from codefavor.judges.trained.classification import answer_logits
from codefavor.models.prefix_tree import Segment, View, build_prefix_trees, flatten
from codefavor.models.segment_attention import logits_at, read_by_segments

HEAD = [7 + number % 5 for number in range(150)]
"""More than one block of queries; so is the end of the first row."""
END = [3 + number % 11 for number in range(100)]
BEHIND = len(HEAD) + 40
ROWS = [[*HEAD, 9, *END], [*HEAD, 12, 9], [3, 4, 5, 6, 7], [*HEAD, 11, 11, 10]]


@pytest.fixture(scope="module", params=BASES)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> PreTrainedModel:
    folder = make_base(BASES[request.param], tmp_path_factory.mktemp("base"))
    found: PreTrainedModel = AutoModelForCausalLM.from_pretrained(folder)
    return found.eval()  # type: ignore[no-untyped-call, no-any-return]


def one_by_one(model: PreTrainedModel) -> torch.Tensor:
    return torch.stack([model(input_ids=torch.tensor([row])).logits[0, -1] for row in ROWS])


def by_segments(model: PreTrainedModel) -> torch.Tensor:
    found = build_prefix_trees(ROWS)
    order = [row for family in found for row in family.rows]
    assert len(found) < len(ROWS)
    return answer_logits(read_by_segments(model), found)[[order.index(row) for row in range(len(ROWS))]]


def test_logits_and_gradients_are_those_of_rows_read_one_by_one(model: PreTrainedModel) -> None:
    plain, segmented = model, copy.deepcopy(model)
    losses = [one_by_one(plain), by_segments(segmented)]
    torch.testing.assert_close(losses[1], losses[0], atol=1e-5, rtol=1e-4)
    for logits in losses:
        torch.nn.functional.cross_entropy(logits, torch.tensor([5, 6, 7, 8])).backward()  # type: ignore[no-untyped-call]
    for (name, weight), other in zip(plain.named_parameters(), segmented.parameters(), strict=True):
        torch.testing.assert_close(other.grad, weight.grad, atol=1e-6, rtol=1e-4, msg=lambda said: f"{name}: {said}")  # noqa: B023
        weight.grad = other.grad = None


def test_gradients_are_the_same_where_activations_are_computed_again(model: PreTrainedModel) -> None:
    kept, again = copy.deepcopy(model).train(), copy.deepcopy(model).train()
    again.activation_checkpointing_enable()
    for each in (kept, again):
        by_segments(each).logsumexp(dim=-1).sum().backward()  # type: ignore[no-untyped-call]
    for one, other in zip(kept.parameters(), again.parameters(), strict=True):
        torch.testing.assert_close(other.grad, one.grad)


def test_a_shifted_segment_is_seen_where_it_seems_to_stand(model: PreTrainedModel) -> None:
    """Seen 30 positions further, a segment is as if it had been read there."""
    reader = read_by_segments(copy.deepcopy(model))
    moved = flatten([(Segment(HEAD), Segment([9, 10], BEHIND, (View(0, 30),)))])
    there = flatten([(Segment(HEAD, 30), Segment([9, 10], BEHIND, (View(0),)))])
    with torch.no_grad():
        torch.testing.assert_close(
            logits_at(reader, moved, [len(HEAD) + 1]), logits_at(reader, there, [len(HEAD) + 1]), atol=1e-5, rtol=1e-4
        )
        unmoved = flatten([(Segment(HEAD), Segment([9, 10], BEHIND, (View(0),)))])
        assert not torch.allclose(
            logits_at(reader, moved, [len(HEAD) + 1]), logits_at(reader, unmoved, [len(HEAD) + 1]), atol=2e-5, rtol=0
        )


def test_a_row_beyond_a_sliding_window_is_refused(tmp_path: Path) -> None:
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(make_base(BASES["gemma-2"], tmp_path))
    model.config.sliding_window = 30
    with pytest.raises(ConfigError, match="251 tokens is longer than the 30"):
        answer_logits(read_by_segments(model), build_prefix_trees(ROWS))
