"""Woven steps over collections with a fast and a slow way: counting, searching, sorting, merging.

The slow way is the shorter one as often as not: brevity is no speed.
"""

from codefavor.evolve.regress_evol.inserted_step import InsertedStep, StepCase
from codefavor.evolve.regress_evol.operator import Operator
from codefavor.pairs.criterion import Aspect


class SlowCounting(InsertedStep):
    """Tallies and distinct elements by repeated scans."""

    name = "slow-counting"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code scans everything once for every element; the chosen code goes through once."
    result = ("counts", "tally", "unique", "seen_items")
    cases = (
        StepCase(
            task="It also finds out how often each element of INPUT occurs.",
            careful=(
                "RESULT = Counter(INPUT)",
                "RESULT = {}\nfor item in INPUT:\n    RESULT[item] = RESULT.get(item, 0) + 1",
                "RESULT = defaultdict(int)\nfor item in INPUT:\n    RESULT[item] += 1",
            ),
            careless=(
                "RESULT = {item: INPUT.count(item) for item in INPUT}",
                "RESULT = dict((item, INPUT.count(item)) for item in set(INPUT))",
                "RESULT = {}\nfor item in INPUT:\n    RESULT[item] = 0\n    for other in INPUT:\n"
                "        if other == item:\n            RESULT[item] += 1",
            ),
        ),
        StepCase(
            task="It also lists the distinct elements of INPUT in order.",
            careful=(
                "RESULT = list(dict.fromkeys(INPUT))",
                "known = set()\nRESULT = []\nfor item in INPUT:\n    if item not in known:\n        known.add(item)\n"
                "        RESULT.append(item)",
            ),
            careless=(
                "RESULT = []\n[RESULT.append(x) for x in INPUT if x not in RESULT]",
                "RESULT = []\nfor item in INPUT:\n    if item not in RESULT:\n        RESULT.append(item)",
                "RESULT = [x for i, x in enumerate(INPUT) if x not in INPUT[:i]]",
            ),
        ),
        StepCase(
            task="It also says whether INPUT holds anything twice.",
            careful=(
                "RESULT = len(set(INPUT)) != len(INPUT)",
                "known = set()\nRESULT = False\nfor item in INPUT:\n    if item in known:\n        RESULT = True\n"
                "        break\n    known.add(item)",
            ),
            careless=(
                "RESULT = any(INPUT.count(x) > 1 for x in INPUT)",
                "RESULT = False\nfor i in range(len(INPUT)):\n    for j in range(i + 1, len(INPUT)):\n"
                "        if INPUT[i] == INPUT[j]:\n            RESULT = True",
            ),
        ),
    )


class SlowExtremes(InsertedStep):
    """Extremes and totals by sorting or by hand."""

    name = "slow-extremes"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code sorts or compares everything where one pass does."
    result = ("best", "total", "smallest", "extreme")
    cases = (
        StepCase(
            task="It also finds the largest element of INPUT.",
            careful=(
                "RESULT = max(INPUT)",
                "RESULT = INPUT[0]\nfor item in INPUT:\n    if item > RESULT:\n        RESULT = item",
            ),
            careless=(
                "RESULT = sorted(INPUT)[-1]",
                "RESULT = list(sorted(INPUT, reverse=True))[0]",
                "RESULT = [x for x in INPUT if all([x >= y for y in INPUT])][0]",
            ),
        ),
        StepCase(
            task="It also finds the three smallest elements of INPUT.",
            careful=("RESULT = heapq.nsmallest(3, INPUT)",),
            careless=(
                "RESULT = sorted(INPUT)[:3]",
                "left = list(INPUT)\nRESULT = []\nfor _ in range(3):\n    RESULT.append(min(left))\n"
                "    left.remove(min(left))",
            ),
        ),
        StepCase(
            task="It also adds up the elements of INPUT.",
            careful=("RESULT = sum(INPUT)",),
            careless=(
                "RESULT = reduce(lambda a, b: a + b, INPUT)",
                "RESULT = 0\nfor i in range(len(INPUT)):\n    RESULT = RESULT + INPUT[i]",
            ),
        ),
        StepCase(
            task="It also puts the elements of INPUT in order.",
            careful=("RESULT = sorted(INPUT)", "RESULT = list(INPUT)\nRESULT.sort()"),
            careless=(
                "RESULT = list(INPUT)\nfor i in range(len(RESULT)):\n    for j in range(len(RESULT) - 1):\n"
                "        if RESULT[j] > RESULT[j + 1]:\n"
                "            RESULT[j], RESULT[j + 1] = (RESULT[j + 1], RESULT[j])",
                "left = list(INPUT)\nRESULT = []\nwhile left:\n    RESULT.append(min(left))\n"
                "    left.remove(min(left))",
            ),
        ),
    )


class SlowMerging(InsertedStep):
    """Lists merged, flattened or taken apart by copying."""

    name = "slow-merging"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code copies all it has gathered so far with every step."
    result = ("merged", "flat", "grouped", "gathered")
    cases = (
        StepCase(
            task="It also puts the elements of all the lists in INPUT into one list.",
            careful=(
                "RESULT = list(itertools.chain.from_iterable(INPUT))",
                "RESULT = [item for part in INPUT for item in part]",
                "RESULT = []\nfor part in INPUT:\n    RESULT.extend(part)",
            ),
            careless=(
                "RESULT = sum(INPUT, [])",
                "RESULT = reduce(lambda a, b: a + b, INPUT, [])",
                "RESULT = []\nfor part in INPUT:\n    RESULT = RESULT + list(part)",
                "RESULT = []\nfor part in INPUT:\n    for item in part:\n        RESULT = RESULT + [item]",
            ),
        ),
        StepCase(
            task="It also groups the elements of INPUT by their length.",
            careful=("RESULT = defaultdict(list)\nfor item in INPUT:\n    RESULT[len(item)].append(item)",),
            careless=("RESULT = {len(x): [y for y in INPUT if len(y) == len(x)] for x in INPUT}",),
        ),
        StepCase(
            task="It also works through INPUT as a queue.",
            careful=("queue = deque(INPUT)\nRESULT = []\nwhile queue:\n    RESULT.append(queue.popleft())",),
            careless=("queue = list(INPUT)\nRESULT = []\nwhile queue:\n    RESULT.append(queue.pop(0))",),
        ),
        StepCase(
            task="It also lists INPUT backwards.",
            careful=("RESULT = list(reversed(INPUT))", "RESULT = INPUT[::-1]"),
            careless=(
                "RESULT = []\nfor item in INPUT:\n    RESULT.insert(0, item)",
                "RESULT = []\nfor item in INPUT:\n    RESULT = [item] + RESULT",
            ),
        ),
    )


class SlowSearch(InsertedStep):
    """Searches that look at everything."""

    name = "slow-search"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code looks at everything where the chosen code stops early or halves the rest."
    result = ("found", "position", "match", "hit")
    cases = (
        StepCase(
            task="It also finds the first element of INPUT that is true.",
            careful=(
                "RESULT = next((item for item in INPUT if item), None)",
                "RESULT = None\nfor item in INPUT:\n    if item:\n        RESULT = item\n        break",
            ),
            careless=(
                "RESULT = ([item for item in INPUT if item] + [None])[0]",
                "RESULT = None\nfor item in INPUT:\n    if item and RESULT is None:\n        RESULT = item",
            ),
        ),
        StepCase(
            task="It also finds where 10 belongs in the ordered INPUT.",
            careful=(
                "RESULT = bisect.bisect_left(INPUT, 10)",
                "RESULT, high = (0, len(INPUT))\nwhile RESULT < high:\n    middle = (RESULT + high) // 2\n"
                "    if INPUT[middle] < 10:\n        RESULT = middle + 1\n    else:\n        high = middle",
            ),
            careless=(
                "RESULT = len([item for item in INPUT if item < 10])",
                "RESULT = 0\nfor i in range(len(INPUT)):\n    if INPUT[i] < 10:\n        RESULT = i + 1",
            ),
        ),
        StepCase(
            task="It also says whether two elements of INPUT add up to 10.",
            careful=(
                "known = set()\nRESULT = False\nfor item in INPUT:\n    if 10 - item in known:\n        RESULT = True\n"
                "        break\n    known.add(item)",
            ),
            careless=(
                "RESULT = 10 in [a + b for a in INPUT for b in INPUT]",
                "RESULT = False\nfor i in range(len(INPUT)):\n    for j in range(len(INPUT)):\n"
                "        if i != j and INPUT[i] + INPUT[j] == 10:\n            RESULT = True",
                "RESULT = any([a + b == 10 for a, b in itertools.combinations(INPUT, 2)])",
            ),
        ),
        StepCase(
            task="It also says whether INPUT is in order.",
            careful=("RESULT = all(a <= b for a, b in zip(INPUT, INPUT[1:]))",),
            careless=(
                "RESULT = INPUT == sorted(INPUT)",
                "RESULT = all([x <= y for i, x in enumerate(INPUT) for y in INPUT[i:]])",
            ),
        ),
    )


OPERATORS: tuple[Operator, ...] = (SlowCounting(), SlowExtremes(), SlowMerging(), SlowSearch())
