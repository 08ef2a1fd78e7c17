"""The meter changes nothing that a candidate computes, and measures what its instructions do not show."""

import ast
from typing import Any

import pytest

from codefavor.sandbox.inside.metered_source import METER, metered
from codefavor.sandbox.inside.metering import CANDIDATE, CostMeter

ODDITIES = """
import functools, heapq, itertools, math, re
from collections import Counter, defaultdict, deque

TABLE = {"a": [1, 2]}
total = 0

class Base:
    def __init__(self, *items, scale=1):
        self.items = [*items]
        self.scale = scale
    def sizes(self):
        return {name: len(value) for name, value in vars(self).items() if not isinstance(value, int)}

class Derived(Base):
    def __init__(self, *items):
        super().__init__(*items, scale=2)
        self.items += [sum(self.items)]
        self.items[0] *= self.scale
    def __add__(self, other):
        return Derived(*self.items, *other.items)
    def __contains__(self, item):
        return item in self.items

@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def words(text="a b c", *, sep=" ", **more):
    global total
    total += len(text)
    parts = text.split(sep)
    parts[1:2] = ["x", "y"]
    del parts[0], parts[-1:]
    return f"{'-'.join(parts):>{len(text) + 4}}|{text!r:.3}|{total}"

def steps(n):
    for i in range(n):
        got = yield i
        if got is not None:
            yield from (got for _ in range(2))

def f(n):
    d = Derived(*range(n)) + Derived(3)
    match [n, *d.items]:
        case [first, *rest] if (half := first // 2) >= 0:
            picked = rest[half:] + rest[::-1]
    s = "ab" * n
    s += str(2 ** n)
    nested = [[j for j in range(i) if 0 <= j < i and j not in (1, 2)] for i in range(n)]
    queue = deque(maxlen=3)
    queue.extend(picked)
    heap = []
    for each in picked:
        heapq.heappush(heap, (-each, each))
    counts = Counter(s)
    counts.update("zz")
    groups = defaultdict(list)
    for c in s:
        groups[c].append(c)
    ordered = sorted(set(picked) | {1, 2}, key=lambda x: (-x, x), reverse=True)
    pairs = list(zip(ordered, itertools.accumulate(ordered)))
    found = re.sub("[ab]+", lambda m: m.group().upper()[:2], s)
    reduced = functools.reduce(lambda a, b: a * 7 + b, map(int, str(n) * 3))
    return (d.items, d.sizes(), n in d, picked, s, nested, list(queue), heapq.nsmallest(2, heap), counts.most_common(),
            dict(groups), pairs, found, reduced, fib(n), words(), words("p q r s", sep=" "), list(steps(3)),
            math.gcd(12, n), max(picked, default=0), min(n, 3), not n, n != 3, [1, 2] < [1, n], "b" in s, *ordered)
"""


def run(source: str, call: str, meter: CostMeter | None) -> Any:
    names: dict[str, Any] = {"__name__": CANDIDATE}
    if meter is not None:
        names[METER] = meter
        meter.start(1 << 40)
    exec(compile(metered(source) if meter else ast.parse(source), "<candidate>", "exec"), names)
    if meter is not None:
        meter.start(1 << 40)
    return eval(call, names)


def stopped() -> None:
    raise TimeoutError


def cost(body: str, n: int) -> tuple[float, set[str]]:
    meter = CostMeter(stopped)
    names: dict[str, Any] = {METER: meter, "__name__": CANDIDATE}
    source = f"import array\nfrom collections import Counter\ndef f(x, s):\n    {body}"
    exec(compile(metered(source), "<candidate>", "exec"), names)
    meter.start(1 << 40)
    names["f"]([(i * 7919) % 10007 for i in range(n)], "ab" * (n // 2))
    return meter.cost, meter.unpriced


@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_metered_code_computes_what_the_code_computes(n: int) -> None:
    meter = CostMeter(stopped)
    assert run(ODDITIES, f"f({n})", meter) == run(ODDITIES, f"f({n})", None)
    assert meter.cost > 0 and not meter.unpriced


@pytest.mark.parametrize(
    ("body", "growth"),
    [
        ("return sum(x)", 1),
        ("return x.count(5) + s.count('c')", 1),
        ("return -1 in x", 1),
        ("return x[1:] + x[::-1]", 1),
        ("x[1:3] = x", 1),
        ("del x[0]", 1),
        ("s += s\n    return s", 1),
        ("return Counter(x)", 1),
        ("return list(map(str, x))", 1),
        ("return [*x]", 1),
        ("return f'{s}!'", 1),
        ("return set(x) & {1, 2, 3}", 1),
        ("return [x.insert(0, i) for i in list(x)]", 2),
        ("return [i for i in x if -1 in x]", 2),
        ("x.append(len(x))", 0),
        ("return x.pop() + x[-1]", 0),
    ],
)
def test_a_cost_grows_as_the_work_inside_c_functions_does(body: str, growth: int) -> None:
    small, unknown = cost(body, 1000)
    large, _ = cost(body, 16_000)
    assert not unknown
    assert 16**growth * 0.7 - 1 <= (large + 1) / (small + 1) <= 16**growth * 1.3
    assert cost(body, 1000) == cost(body, 1000)


def test_a_sorted_list_is_cheap_to_sort() -> None:
    assert cost("return sorted(sorted(x))", 4000)[0] < 1.3 * cost("return sorted(x)", 4000)[0]


def test_what_has_no_price_is_named_where_it_is_given_much() -> None:
    assert cost("return array.array('q', x)", 1000)[1] == {"array.array"}
    assert cost("return array.array('q', x)", 10)[1] == set()
    assert cost("return len(bytes(s, 'ascii').hex())", 1000)[1] == {"bytes.hex"}


def test_past_the_budget_it_stops() -> None:
    meter = CostMeter(stopped)
    names: dict[str, Any] = {METER: meter}
    meter.start(1000)
    with pytest.raises(TimeoutError):
        exec(compile(metered("sum(range(10 ** 9))"), "<candidate>", "exec"), names)
