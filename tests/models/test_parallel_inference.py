import threading
from collections.abc import Iterator

import pytest
import torch

from codefavor.models.parallel_inference import batch_tokens, read_side_by_side

CPU = torch.device("cpu")


@pytest.fixture
def four_cores() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("four_cores")
@pytest.mark.parametrize(("batches", "readers"), [(2, 2), (9, 4)])
def test_batches_come_back_in_order_and_readers_share_the_cores(batches: int, readers: int) -> None:
    all_read = threading.Barrier(readers, timeout=120)
    seen: dict[int, tuple[int, bool]] = {}

    def read(batch: int) -> list[float]:
        if batch < readers:
            all_read.wait()  # passes only if as many read at the same time
        seen[batch] = torch.get_num_threads(), torch.is_inference_mode_enabled()
        return [batch / 2]

    answered = list(read_side_by_side(range(batches), read, CPU))
    assert [(batch, each.answers) for batch, each in answered] == [(batch, [batch / 2]) for batch in range(batches)]
    assert set(seen.values()) == {(4 // readers, True)}
    assert torch.get_num_threads() == 4


@pytest.mark.usefixtures("four_cores")
def test_a_single_batch_has_all_cores_and_an_accelerator_one_reader() -> None:
    names: set[str] = set()

    def read(batch: int) -> list[float]:
        names.add(threading.current_thread().name)
        return [float(torch.get_num_threads())]

    assert [each.answers for _, each in read_side_by_side([1], read, CPU)] == [[4.0]]
    assert len(list(read_side_by_side([1, 2, 3], read, torch.device("meta")))) == 3
    assert names == {threading.current_thread().name}
    assert batch_tokens(CPU) < batch_tokens(torch.device("meta"))


@pytest.mark.usefixtures("four_cores")
def test_what_goes_wrong_is_raised_and_the_rest_is_not_read() -> None:
    begun: list[int] = []

    def read(batch: int) -> list[float]:
        begun.append(batch)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(read_side_by_side(range(1000), read, CPU))
    assert len(begun) < 1000
    assert torch.get_num_threads() == 4
