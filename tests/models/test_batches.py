from hypothesis import given
from hypothesis import strategies as st

from codefavor.models.batches import by_length, pad_left


@given(st.lists(st.integers(1, 90), max_size=40), st.integers(1, 200))
def test_every_row_is_in_one_batch_and_batches_keep_to_the_limit(lengths: list[int], limit: int) -> None:
    batches = by_length(lengths, limit)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    assert all(len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= limit for batch in batches)


def test_rows_end_together_and_count_their_own_places() -> None:
    padded = pad_left([[5, 6, 7], [8]], pad_id=0)
    assert padded.token_ids.tolist() == [[5, 6, 7], [0, 0, 8]]
    assert padded.mask.tolist() == [[1, 1, 1], [0, 0, 1]]
    assert padded.positions.tolist() == [[0, 1, 2], [0, 0, 0]]
