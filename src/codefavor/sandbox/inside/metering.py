"""Measures what the C functions of a candidate cost, which a count of its instructions does not see.

The cost is the same in every run: it follows from `prices` and the sizes of what is worked on, taken from exact
built-in types. What has no price is named. The candidate shares this interpreter and can misstate what it did.
"""

import operator
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType, ModuleType
from typing import Any

from codefavor.sandbox.inside import prices
from codefavor.sandbox.inside.prices import PRICES, CostPrice, Sizes

_SIZED = frozenset(
    (str, bytes, bytearray, list, tuple, dict, set, frozenset, range, deque, Counter, OrderedDict, defaultdict)
)
_SHOWN: tuple[object, ...] = ({}.keys(), {}.values(), {}.items(), iter([]), iter(""), iter({}), reversed([]))
_HINTED = frozenset(map(type, _SHOWN))
_SETS = frozenset((set, frozenset))
_LISTS = frozenset((list, tuple))
CANDIDATE = "candidate"
"""The name of the module that a candidate is."""
_LARGE = 40
"""Elements below which a call without a price is as good as free."""
_LIBRARY = frozenset(("re", "collections", "heapq", "bisect", "statistics", "functools", "random"))
_CALLING = frozenset(("map", "filter", "functools.reduce"))
"""What calls its first argument for every element; the instructions of a function of the candidate are counted."""
_COLLECTING = frozenset(("list", "tuple", "sorted", "deque"))
_SORTING = frozenset(("sorted", "list.sort"))
_COMPARABLE = frozenset((int, float, str))
_PLAIN = CostPrice()


def size_of(value: Any) -> int:
    """Return how many elements, characters or further digits of thirty bits `value` has."""
    kind = type(value)
    if kind in _SIZED:
        return len(value)
    if kind is int:
        return value.bit_length() // 31  # type: ignore[no-any-return]
    return operator.length_hint(value, 0) if kind in _HINTED else 0


class CostMeter:
    """The meter of one candidate: `cost` grows while its rewritten code runs; `exhausted` is called past `budget`."""

    def __init__(self, exhausted: Callable[[], object]) -> None:
        self._exhausted = exhausted
        self.start(0)

    def start(self, budget: int) -> None:
        """Begin anew with a budget, in instructions."""
        self.cost = 0.0
        self.unpriced: set[str] = set()
        self._budget = budget

    def _add(self, amount: float) -> None:
        self.cost += prices.SCALE * amount
        if self.cost > self._budget:
            self._exhausted()

    def call(self, function: Any) -> Any:
        """Return `function`, or where it is none of the candidate's own, the same with its price."""
        kind = type(function)
        if kind is FunctionType or (kind is MethodType and type(function.__func__) is FunctionType):
            name = f"{function.__module__}.{function.__name__}"
            known = function.__module__ in _LIBRARY and name in PRICES
            if not known:
                self._add(prices.CALLED)
            return partial(self._priced, function, name, 0) if known else function
        if kind is BuiltinFunctionType:
            owner = function.__self__
            if owner is None or type(owner) is ModuleType:
                return partial(self._priced, function, _name_in_module(function), 0)
            return partial(self._priced, function, _method(owner, function.__name__), size_of(owner))
        if kind is MethodDescriptorType:
            return partial(self._priced, function, f"{function.__objclass__.__name__}.{function.__name__}", 0)
        if isinstance(function, type) and function.__module__ != CANDIDATE:
            return partial(self._priced, function, _name_of_type(function), 0)
        return function

    def _priced(self, function: Any, name: str, receiver: int, /, *arguments: Any, **keywords: Any) -> Any:
        return self._measured(function, name, receiver, arguments, keywords)

    def _measured(self, function: Any, name: str, receiver: int, arguments: tuple[Any, ...], keywords: Any) -> Any:
        sizes = Sizes(receiver, tuple(map(size_of, arguments)), 0, _place_of(arguments, receiver))
        if name in _SORTING:
            sizes = sizes._replace(runs=_runs(function.__self__ if receiver else arguments[0] if arguments else ()))
        if name in _CALLING and arguments and type(arguments[0]) is not FunctionType:
            name = f"{name}/C"
        price = PRICES.get(name)
        if price is None:
            price = self._unknown(name, sizes)
        before = price.of(sizes)
        self._add(before)
        if before > price.base:
            self._add(prices.NUMBERED * sum(len(argument) for argument in arguments if type(argument) is range))
        result = function(*arguments, **keywords)
        made = size_of(result)
        self._add(price.of(sizes._replace(result=made)) - before)
        if name in _COLLECTING and not sizes.total:
            self._add(prices.KEPT * made)
        return result

    def _unknown(self, name: str, sizes: Sizes) -> CostPrice:
        if sizes.receiver + sizes.total < _LARGE:
            return _PLAIN
        self.unpriced.add(name)
        return CostPrice(0.0, prices.UNKNOWN, lambda sizes: sizes.receiver + sizes.total)

    def binary(self, name: str, left: Any, right: Any) -> Any:
        """Return what an operator gives, in place where `name` begins with an I."""
        one, other = size_of(left), size_of(right)
        priced = _operator_price(name.removeprefix("I"), left, one, other) if one or other else 0.0
        self._add(prices.COMPUTED + priced)
        result = _OPERATORS[name](left, right)
        if one or other:
            self._made(result, name[0] == "I" and result is left, other)
        return result

    def _made(self, result: Any, in_place: bool, other: int) -> None:
        kind = type(result)
        if kind is str or kind is bytes:
            self._add(prices.WRITTEN * len(result))
        elif kind in _LISTS:
            self._add(prices.COPIED * (other if in_place else len(result)))

    def compare(self, name: str, left: Any, right: Any) -> Any:
        """Return what a comparison gives."""
        result = _OPERATORS[name](left, right)
        kind = type(right)
        if kind in _LISTS and name in ("In", "NotIn"):
            found = result is (name == "In")
            self._add(prices.SCANNED * (_place(left, right) if found else len(right)))
        elif kind is str and name in ("In", "NotIn"):
            self._add(prices.SOUGHT * len(right))
        elif kind in _LISTS and type(left) is kind:
            self._add(prices.COMPARED * (min(len(left), len(right)) if result is (name == "Eq") else 1))
        elif kind in _SETS and type(left) in _SETS:
            self._add(prices.HASHED * min(len(left), len(right)))
        elif kind is str and type(left) is str:
            self._add(prices.WRITTEN * min(len(left), len(right)))
        return result

    def made(self, value: Any) -> Any:
        """Return `value`, which was copied together."""
        self._add(prices.MADE + size_of(value) * (prices.WRITTEN if type(value) in (str, bytes) else prices.COPIED))
        return value

    def copied(self, value: Any) -> Any:
        """Return `value`, the whole of something else: only lists are copied for that."""
        return self.made(value) if type(value) is list else value

    def taken(self, value: Any) -> Any:
        """Return `value`, which is about to be copied into something."""
        return self.made(value)

    def moved(self, value: Any) -> None:
        """Add the cost of taking elements out of `value`."""
        if type(value) is list:
            self._add(0.1 * len(value))


def _place_of(arguments: tuple[Any, ...], receiver: int) -> int | None:
    """Return the place in the receiver that the first argument names, counted from the front."""
    if not receiver or not arguments or type(arguments[0]) is not int:
        return None
    return int(arguments[0]) + (receiver if arguments[0] < 0 else 0)


def _runs(items: Any) -> int:
    """Return how many ascending runs plain values are made of, half as many as there are where that is not known."""
    if type(items) not in _LISTS:
        return max(1, size_of(items) // 2)
    kinds = set(map(type, items))
    if len(kinds) > 1 or not kinds <= _COMPARABLE:
        return max(1, len(items) // 2)
    falls = sum(map(operator.gt, items, items[1:]))
    return 1 if falls == len(items) - 1 else 1 + falls


def _place(item: Any, items: Any) -> int:
    try:
        return int(items.index(item)) + 1
    except ValueError:
        return len(items)  # found by an equality that changes its mind


def _method(owner: Any, name: str) -> str:
    kind = owner if type(owner) is type else type(owner)
    for base in kind.__mro__:
        if f"{base.__name__}.{name}" in PRICES:
            return f"{base.__name__}.{name}"
    return f"{kind.__name__}.{name}"


def _name_in_module(function: Any) -> str:
    module = (function.__module__ or "").lstrip("_")
    return str(function.__name__) if module == "builtins" else f"{module}.{function.__name__}"


def _name_of_type(kind: type) -> str:
    known = kind.__module__ in ("builtins", "collections", "itertools", "functools")
    return kind.__name__ if known else f"{kind.__module__}.{kind.__name__}"


def _operator_price(name: str, left: Any, one: int, other: int) -> float:
    kind = type(left)
    if kind is int:
        if name in ("Mult", "FloorDiv", "Mod"):
            return prices.DIGITS * max(one, 1) * max(other, 1)
        return prices.DIGITS * (one + 1) ** 2 if name == "Pow" else prices.DIGIT * (one + other)
    return prices.HASHED * (one + other) if kind in _SETS else 0.0


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Mod": operator.mod,
    "FloorDiv": operator.floordiv,
    "Pow": operator.pow,
    "BitOr": operator.or_,
    "BitAnd": operator.and_,
    "BitXor": operator.xor,
    "LShift": operator.lshift,
    "IAdd": operator.iadd,
    "ISub": operator.isub,
    "IMult": operator.imul,
    "IMod": operator.imod,
    "IFloorDiv": operator.ifloordiv,
    "IPow": operator.ipow,
    "IBitOr": operator.ior,
    "IBitAnd": operator.iand,
    "IBitXor": operator.ixor,
    "ILShift": operator.ilshift,
    "In": lambda left, right: left in right,
    "NotIn": lambda left, right: left not in right,
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}
