from hypothesis import given
from hypothesis import strategies as st

from codefavor.judges.format import Candidate
from codefavor.train.config import ClassificationConfig, StepsConfig
from codefavor.train.epoch import epoch_batches
from codefavor.train.examples import SingleExample
from codefavor.train.schedule import rate_factor, steps_per_epoch, total_steps


def config(**settings: object) -> StepsConfig:
    return ClassificationConfig.model_validate(settings)


@given(st.integers(1, 300), st.integers(0, 50), st.sampled_from(["cosine", "linear", "constant"]))
def test_the_rate_rises_to_its_peak_and_never_rises_again(steps: int, warmup: int, schedule: str) -> None:
    settings = config(warmup_steps=warmup, lr_scheduler_type=schedule)
    factors = [rate_factor(settings, step, steps) for step in range(steps)]
    peak = factors.index(max(factors))
    assert max(factors) == 1.0
    assert all(0 < factor <= 1 for factor in factors)
    assert factors[:peak] == sorted(factors[:peak])
    assert factors[peak:] == sorted(factors[peak:], reverse=True)
    assert peak <= steps // 2


def test_steps_follow_from_examples_and_epochs_unless_they_are_given() -> None:
    settings = config(per_device_train_batch_size=4, gradient_accumulation_steps=2, num_train_epochs=1.5)
    assert steps_per_epoch(settings, 17) == 3
    assert total_steps(settings, 17) == 5
    assert total_steps(config(max_steps=7), 17) == 7


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60), st.integers(1, 9), st.integers(0, 5))
def test_an_epoch_has_every_example_once_and_is_the_same_each_time(
    lengths: list[int], batch_size: int, epoch: int
) -> None:
    examples = [
        SingleExample(Candidate((number,) * length, 0, 0), Candidate((0,), 0, 0))
        for number, length in enumerate(lengths)
    ]
    batches = list(epoch_batches(examples, batch_size, seed=1, epoch=epoch))
    assert all(len(batch) <= batch_size for batch in batches)
    shown = sorted(example.chosen.token_ids for batch in batches for example in batch)
    assert shown == sorted(example.chosen.token_ids for example in examples)
    assert batches == list(epoch_batches(examples, batch_size, seed=1, epoch=epoch))
