"""Threads for guests have deep stacks, and leave those of others as they are."""

import threading
from concurrent.futures import CancelledError, Future

import pytest

from codefavor.sandbox.wasm.threads import DeepThreads


def test_as_many_run_at_once_as_there_are_and_no_more() -> None:
    threads, together, release = DeepThreads(3), threading.Barrier(4), threading.Event()
    running = [threads.submit(lambda: (together.wait(), release.wait())) for _ in range(3)]
    together.wait(60)
    fourth = threads.submit(threading.current_thread)
    assert not fourth.done()
    release.set()
    assert [future.result()[1] for future in running] == [True] * 3
    assert fourth.result().name.startswith("wasm")
    threads.close()


def test_other_threads_keep_their_stacks() -> None:
    before = threading.stack_size()
    makers = [threading.Thread(target=lambda: DeepThreads(2).close()) for _ in range(5)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert threading.stack_size() == before


def test_closing_waits_for_what_runs_and_drops_what_does_not() -> None:
    threads, begun, release = DeepThreads(1), threading.Event(), threading.Event()

    def work() -> int:
        begun.set()
        release.wait()
        return 7

    running, waiting = threads.submit(work), threads.submit(work)
    begun.wait(60)
    closing: Future[None] = Future()

    def close() -> None:
        threads.close()
        closing.set_result(None)

    closer = threading.Thread(target=close)
    closer.start()
    with pytest.raises(CancelledError):
        waiting.result(60)
    assert not closing.done()
    release.set()
    closer.join()
    assert running.result() == 7


def test_an_exception_is_the_callers() -> None:
    threads = DeepThreads(1)
    with pytest.raises(ZeroDivisionError):
        threads.submit(lambda: 1 // 0).result()
    threads.close()
