"""What is collected of one comparison, and how often its candidates are parsed on the way."""

import ast
from collections.abc import Iterator
from typing import Any

import pytest

from codefavor.evidence.collect import Wanted, collect, wanted_for
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.sandbox.pool import Pool
from codefavor.sandbox.probe import best_layers, open_sandbox

INSTRUCTION = "import math\n\nReturn the largest number of a list.\n>>> largest([1, 3, 2])\n3"
GOOD = "# first\nimport os\n\ndef largest(x):\n    return max(x)\n"
BAD = "# second\ndef largest(x):\n    return x[0]\n"


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    if not best_layers()[1].safe:
        pytest.skip("foreign code cannot be run safely on this machine")
    with open_sandbox(2) as opened:
        yield opened


def comparison(code_a: str = GOOD, code_b: str = BAD, aspect: Aspect = Aspect.CORRECTNESS, **more: Any) -> Comparison:
    return Comparison(instruction=INSTRUCTION, criterion=criterion_for(aspect), code_a=code_a, code_b=code_b, **more)


def count_parses(monkeypatch: pytest.MonkeyPatch, mark: str) -> list[str]:
    """Return the list that every source with `mark` in it is noted in when it is parsed."""
    sources: list[str] = []
    parse = ast.parse

    def noted(source: Any, *arguments: Any, **keywords: Any) -> Any:
        sources.extend([source] if mark in str(source) else [])
        return parse(source, *arguments, **keywords)

    monkeypatch.setattr(ast, "parse", noted)
    return sources


EVERYTHING = Wanted(examples=True, behaviour=True, cost=True, findings=True)


@pytest.mark.parametrize("wanted", [EVERYTHING, *(wanted_for(aspect, 0) for aspect in Aspect)])
def test_each_candidate_is_parsed_once(pool: Pool, monkeypatch: pytest.MonkeyPatch, wanted: Wanted) -> None:
    first, second = (count_parses(monkeypatch, mark) for mark in ("# first", "# second"))
    collect(pool, comparison(), wanted)
    assert (first, second) == ([GOOD], [BAD])


def test_text_that_does_not_parse_is_tried_once_and_again_only_as_repaired(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources: list[str] = []
    parse = ast.parse
    monkeypatch.setattr(
        ast, "parse", lambda source, *rest, **more: sources.append(source) or parse(source, *rest, **more)
    )
    broken = "print 'second'\n"
    collect(pool, comparison(code_b=broken), EVERYTHING)
    assert sources.count(broken) == 1
    assert len([source for source in sources if "second" in source]) == 2
