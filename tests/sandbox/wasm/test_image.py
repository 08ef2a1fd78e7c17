"""The pages of a warmed memory turn a fresh one into its like."""

from hypothesis import given
from hypothesis import strategies as st

from codefavor.sandbox.wasm.image import difference, restore
from codefavor.sandbox.wasm.runtime import Runtime
from codefavor.sandbox.wire import ProcessLimits
from wasi_world import PAGE, bare_memory

HOST_PAGE = 4096


@given(
    st.lists(st.tuples(st.integers(0, 2 * PAGE - 1), st.integers(0, 255)), max_size=20),
    st.lists(st.tuples(st.integers(0, PAGE - 1), st.integers(0, 255)), max_size=20),
)
def test_a_fresh_memory_becomes_the_warmed_one(warm: list[tuple[int, int]], cold: list[tuple[int, int]]) -> None:
    fresh, warmed = bytearray(PAGE), bytearray(2 * PAGE)
    for address, value in cold:
        fresh[address] = value
    warmed[:PAGE] = fresh
    for address, value in warm:
        warmed[address] = value
    image = difference(bytes(fresh), bytes(warmed))
    memory = bare_memory(pages=2)[2]
    memory.write(0, bytes(fresh))
    restore(image, memory)
    assert memory.read(0, memory.size) == bytes(warmed)


def test_pages_that_did_not_change_are_left_out() -> None:
    warmed = bytearray(PAGE)
    warmed[HOST_PAGE] = warmed[3 * HOST_PAGE - 1] = warmed[-1] = 1
    image = difference(bytes(PAGE), bytes(warmed))
    assert image.size == PAGE
    assert [(address, len(content)) for address, content in image.pages] == [
        (HOST_PAGE, 2 * HOST_PAGE),
        (PAGE - HOST_PAGE, HOST_PAGE),
    ]
    assert difference(bytes(PAGE), bytes(PAGE)).pages == ()


def test_an_instance_of_the_guest_begins_as_the_image_says(python: Runtime) -> None:
    assert python.image is not None
    limits = ProcessLimits()
    instance = python.instantiate(python.new_system("", {}, limits), limits, 1)
    assert instance.memory.size == python.image.size
    assert all(instance.memory.read(address, len(content)) == content for address, content in python.image.pages)
