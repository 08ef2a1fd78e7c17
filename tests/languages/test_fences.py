import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.languages.fences import FencedBlock, code_of_reply, fenced_blocks
from codefavor.languages.python.language import PYTHON

no_fence = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="`~"), max_size=30)
codes = st.lists(no_fence, min_size=1, max_size=5).map("\n".join)


@given(codes, st.sampled_from(["```", "````", "~~~", "~~~~~"]), st.sampled_from(["", "python", "Python title=a"]))
def test_a_fenced_code_comes_back_as_it_was(code: str, fence: str, info: str) -> None:
    reply = f"Here it is:\n\n{fence}{info}\n{code}\n{fence}\n\nHope this helps."
    language = "python" if info else ""
    assert fenced_blocks(reply) == (FencedBlock(language=language, code=code, closed=True),)


def test_leading_letters_of_the_code_survive() -> None:
    assert code_of_reply("```python\npython_path = 1\n```", PYTHON) == "python_path = 1"


def test_a_longer_fence_holds_a_shorter_one() -> None:
    (block,) = fenced_blocks("````markdown\n```python\nx\n```\n````")
    assert block.code == "```python\nx\n```"


def test_tildes_hold_backticks() -> None:
    (block,) = fenced_blocks("~~~py\ns = '''\n```\n'''\n~~~")
    assert block.code == "s = '''\n```\n'''"


def test_a_reply_cut_short_leaves_its_last_block_open() -> None:
    first, last = fenced_blocks("```python\na = 1\n```\nand\n```python\nb = 2")
    assert (first.closed, last.closed) == (True, False)
    assert last.code == "b = 2"


def test_the_indentation_of_a_fence_in_a_list_is_taken_off() -> None:
    (block,) = fenced_blocks("1. so:\n   ```python\n   if a:\n       b()\n   ```")
    assert block.code == "if a:\n    b()"


def test_inline_code_opens_nothing() -> None:
    assert fenced_blocks("use ```x``` here\n```not a fence```\nend") == ()


@pytest.mark.parametrize("tag", ["{.python}", "Python3", "py"])
def test_tags_are_read_in_their_usual_shapes(tag: str) -> None:
    assert code_of_reply(f"```bash\nls\n```\n```{tag}\nx = 1\n```", PYTHON) == "x = 1"


def test_python_is_taken_before_an_untagged_block() -> None:
    assert code_of_reply("```\noutput\n```\n```python\nx = 1\n```", PYTHON) == "x = 1"


@pytest.mark.parametrize("reply", ["def f():\n    return 1\n", "import os"])
def test_a_reply_without_fences_that_parses_is_code(reply: str) -> None:
    assert code_of_reply(reply, PYTHON) == reply


@pytest.mark.parametrize("reply", ["Yes", "I cannot help with that.", "", "NO", "```bash\nls\n```"])
def test_a_reply_without_python_gives_none(reply: str) -> None:
    assert code_of_reply(reply, PYTHON) is None
