"""What C functions cost, in the bytecode instructions that would cost the same: pure data and arithmetic.

The prices were measured with callgrind on CPython 3.11 (`benchmarks/work_prices.py`) and rounded. They are right within
a factor of two for numbers and short texts; what elements cost that compare or hash slowly is not in them.
"""

import math
from collections.abc import Callable
from typing import NamedTuple


class Sizes(NamedTuple):
    """How much a call works on; a part without a size counts zero."""

    receiver: int
    """Elements, or characters, of the object whose method it is."""
    arguments: tuple[int, ...]
    """Those of every argument."""
    result: int = 0
    """Those of the result."""
    place: int | None = None
    """The first argument where it is a place in the receiver, counted from its front."""
    runs: int = 1
    """How many ascending runs what is to be sorted is made of."""

    @property
    def total(self) -> int:
        """Those of all arguments."""
        return sum(self.arguments)


Shape = Callable[[Sizes], float]
"""How much there is to be done."""


class CostPrice(NamedTuple):
    """The price of a call: `base`, and `rate` for each of what `shape` counts."""

    base: float = 0.0
    rate: float = 0.0
    shape: Shape = lambda sizes: 0.0

    def of(self, sizes: Sizes) -> float:
        """Return the price of one call."""
        return self.base + self.rate * self.shape(sizes)


def _receiver(sizes: Sizes) -> float:
    return sizes.receiver


def _arguments(sizes: Sizes) -> float:
    return sizes.total


def _first(sizes: Sizes) -> float:
    return sizes.arguments[0] if sizes.arguments else 0


def _last(sizes: Sizes) -> float:
    return sizes.arguments[-1] if sizes.arguments else 0


def _shortest(sizes: Sizes) -> float:
    return min((size for size in sizes.arguments if size), default=0)


def _result(sizes: Sizes) -> float:
    return sizes.result


def _both(sizes: Sizes) -> float:
    return sizes.receiver + sizes.total


def _widest(sizes: Sizes) -> float:
    return max(sizes.total, sizes.result)


def _behind(sizes: Sizes) -> float:
    """What has to move to make or close a gap."""
    return sizes.receiver - min(sizes.place, sizes.receiver) if sizes.place is not None else 0


def _sorting(sizes: Sizes) -> float:
    """Finding the runs and merging them."""
    return max(sizes.receiver, _first(sizes)) * (1 + 0.7 * math.log2(sizes.runs))


def _sum(sizes: Sizes) -> float:
    """Adding up sequences copies what came before each time."""
    return _first(sizes) * max(1.0, sizes.result / 6)


def _squared(sizes: Sizes) -> float:
    return float(max(_widest(sizes), sizes.receiver)) ** 2


_FREE = """
    len isinstance issubclass callable hasattr getattr setattr delattr hash id iter next type object super property
    staticmethod classmethod slice ord chr abs bool print input repr open
    list.append list.clear list.__len__ dict.get dict.keys dict.values dict.items dict.setdefault dict.pop dict.popitem
    dict.clear set.add set.discard set.remove set.pop set.clear deque.append deque.appendleft deque.pop deque.popleft
    str.startswith str.endswith int.bit_length float.is_integer int.bit_count
    str.isalpha str.isdigit str.isalnum str.isupper str.islower str.isspace str.isnumeric str.isdecimal
    defaultdict OrderedDict math.sqrt math.floor math.ceil math.gcd math.isqrt math.log math.log2 math.log10 math.pow
    math.sin math.cos math.tan math.atan2 math.hypot math.exp math.radians math.degrees math.trunc math.fabs
    random.random random.seed time.time itertools.count itertools.repeat itertools.cycle itertools.islice
    itertools.product itertools.permutations itertools.combinations itertools.combinations_with_replacement
    itertools.takewhile itertools.dropwhile operator.itemgetter functools.partial count repeat cycle islice product
    permutations combinations combinations_with_replacement takewhile dropwhile itemgetter partial
"""

PRICES: dict[str, CostPrice] = {name: CostPrice() for name in _FREE.split()}
"""The price of every function that is known, by its name; before a method's stands its type's, or the module's."""

_GROUPS: tuple[tuple[str, CostPrice], ...] = (
    ("list tuple list.copy list.extend list.__init__ reversed", CostPrice(10, 0.24, _arguments)),
    ("list.copy", CostPrice(6, 0.24, _receiver)),
    ("set frozenset", CostPrice(20, 3.3, _widest)),
    ("dict dict.update set.update deque bytes bytearray", CostPrice(12, 3, _arguments)),
    ("dict.fromkeys collections._count_elements", CostPrice(5, 6.5, _arguments)),
    ("Counter Counter.update Counter.subtract", CostPrice(30, 7.5, _arguments)),
    ("dict.copy set.copy deque.copy Counter.copy", CostPrice(3, 1.5, _receiver)),
    ("range divmod round", CostPrice(12)),
    ("sum", CostPrice(10, 0.8, _sum)),
    ("any all", CostPrice(5, 0.8, _first)),
    ("max min", CostPrice(20, 2.4, _arguments)),
    ("sorted list.sort", CostPrice(20, 1.0, _sorting)),
    ("list.count list.index list.remove tuple.count tuple.index deque.count", CostPrice(2, 1.8, _receiver)),
    ("list.insert list.pop", CostPrice(1, 0.1, _behind)),
    ("list.reverse deque.rotate deque.reverse", CostPrice(1, 0.1, _receiver)),
    ("deque.extend deque.extendleft", CostPrice(1, 0.5, _arguments)),
    ("enumerate", CostPrice(10, 4.0, _first)),
    ("zip zip_longest itertools.zip_longest", CostPrice(10, 4.0, _shortest)),
    ("map filter starmap functools.reduce", CostPrice(3, 3.0, _arguments)),
    ("filter/C", CostPrice(3, 4.0, _arguments)),
    ("map/C", CostPrice(3, 14.0, _arguments)),
    ("functools.reduce/C", CostPrice(3, 4.0, _arguments)),
    ("accumulate pairwise chain chain.from_iterable groupby tee compress", CostPrice(3, 3.0, _arguments)),
    ("int float complex", CostPrice(18, 0.3, _arguments)),
    ("str bin hex oct format repr ascii str.format str.format_map", CostPrice(12, 0.3, _widest)),
    ("str.join", CostPrice(8, 1.2, _arguments)),
    ("str.split str.rsplit str.splitlines str.partition str.rpartition", CostPrice(15, 4.5, _result)),
    ("str.replace str.count str.find str.rfind str.index str.rindex", CostPrice(8, 0.1, _receiver)),
    ("str.lower str.upper str.title str.capitalize str.swapcase str.casefold", CostPrice(4, 0.2, _receiver)),
    ("str.translate str.maketrans", CostPrice(6, 1.0, _receiver)),
    ("str.strip str.lstrip str.rstrip str.zfill str.ljust str.rjust str.center str.removeprefix str.removesuffix"
     " str.encode bytes.decode", CostPrice(2, 0.02, _receiver)),
    ("set.union set.intersection set.difference set.symmetric_difference set.issubset set.issuperset set.isdisjoint"
     " set.intersection_update set.difference_update frozenset.union frozenset.intersection", CostPrice(3, 2.0, _both)),
    ("heapq.heapify", CostPrice(2, 3.0, _first)),
    ("heapq.heappush heapq.heappop heapq.heapreplace heapq.heappushpop", CostPrice(12)),
    ("bisect.bisect_left bisect.bisect_right bisect.bisect", CostPrice(8)),
    ("bisect.insort bisect.insort_left bisect.insort_right", CostPrice(10, 0.1, _first)),
    ("math.factorial math.comb math.perm", CostPrice(4, 1.0, _squared)),
    ("math.prod math.fsum statistics.mean", CostPrice(3, 1.2, _first)),
    ("re.findall re.sub re.split re.search re.match re.fullmatch re.finditer re.subn", CostPrice(60, 1.5, _last)),
    ("Pattern.findall Pattern.sub Pattern.split Pattern.search Pattern.match Pattern.fullmatch Pattern.finditer"
     " Pattern.subn", CostPrice(10, 1.5, _last)),
    ("pow", CostPrice(6, 1.0, _squared)),
)  # fmt: skip
for _names, _price in _GROUPS:
    PRICES.update(dict.fromkeys(_names.split(), _price))

SCALE = 2.0
"""How many of a candidate's instructions cost what one of the reference loop does, in which all prices are."""
COMPUTED = 1.0
"""An operator, beside its instructions: it makes a new object."""
CALLED = 4.0
"""A call of a function of the candidate's own, beside its instructions."""
MADE = 10.0
"""A slice, or a formatted text, however short."""
NUMBERED = 1.0
"""A number made by a range."""
KEPT = 3.0
"""An element that an iterator makes and a new collection keeps."""
COPIED = 0.24
"""An element copied from one collection to another."""
WRITTEN = 0.02
"""A character copied from one text to another."""
SCANNED = 1.8
"""An element compared with what is looked for."""
SOUGHT = 0.1
"""A character compared with what is looked for."""
COMPARED = 1.0
"""A pair of elements compared."""
HASHED = 2.0
"""An element of a set looked up in another."""
DIGIT = 0.05
"""Thirty bits of a long integer added."""
DIGITS = 0.1
"""Thirty bits of a long integer multiplied by thirty bits."""
UNKNOWN = 2.0
"""An element given to a function without a price."""
