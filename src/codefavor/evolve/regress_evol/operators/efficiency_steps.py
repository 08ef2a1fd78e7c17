"""Woven steps with a fast and a slow way: counting, searching, merging, grouping, number work, text work.

The slow way is the shorter one as often as not: brevity is no speed.
"""

from codefavor.evolve.regress_evol.operator import Operator
from codefavor.evolve.regress_evol.woven import WovenStep
from codefavor.pairs.criterion import Aspect


class SlowCounting(WovenStep):
    """Tallies by repeated scans."""

    name = "slow-counting"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code scans everything once for every element; the chosen code goes through once."
    task = "It also finds out how often each element of INPUT occurs."
    result = ("counts", "tally", "occurrences", "frequency")
    careful = (
        "RESULT = Counter(INPUT)",
        "RESULT = {}\nfor item in INPUT:\n    RESULT[item] = RESULT.get(item, 0) + 1",
        "RESULT = defaultdict(int)\nfor item in INPUT:\n    RESULT[item] += 1",
        "RESULT = {}\nfor item in INPUT:\n"
        "    if item in RESULT:\n        RESULT[item] += 1\n    else:\n        RESULT[item] = 1",
    )
    careless = (
        "RESULT = {item: INPUT.count(item) for item in INPUT}",
        "RESULT = dict((item, INPUT.count(item)) for item in set(INPUT))",
        "RESULT = [(item, len([x for x in INPUT if x == item])) for item in INPUT]",
        "RESULT = {}\nfor item in INPUT:\n    RESULT[item] = 0\n    for other in INPUT:\n        if other == item:\n"
        "            RESULT[item] += 1",
        "RESULT = {}\nfor item in INPUT:\n"
        "    if item not in list(RESULT.keys()):\n        RESULT[item] = INPUT.count(item)",
    )


class SlowCommonElements(WovenStep):
    """Common and distinct elements by nested scans."""

    name = "slow-common-elements"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code searches a list for every element, which is quadratic; a set is not."
    task = "It also collects the distinct elements of INPUT that are among the known names."
    result = ("common", "unique", "shared", "seen")
    careful = (
        "names = set(dir())\nRESULT = [item for item in dict.fromkeys(INPUT) if item in names]",
        "RESULT = list(set(INPUT) & set(dir()))",
        "RESULT = list(set(INPUT).intersection(dir()))",
        "seen = set()\nRESULT = []\nfor item in INPUT:\n    if item not in seen:\n        seen.add(item)\n"
        "        RESULT.append(item)",
        "RESULT = list(dict.fromkeys(INPUT))",
        "RESULT = len(set(INPUT)) != len(INPUT)",
    )
    careless = (
        "RESULT = [item for item in INPUT if item in dir()]",
        "RESULT = []\n[RESULT.append(x) for x in INPUT if x not in RESULT]",
        "RESULT = []\nfor item in INPUT:\n    for other in dir():\n        if item == other and item not in RESULT:\n"
        "            RESULT.append(item)",
        "RESULT = []\nfor item in INPUT:\n    if item not in RESULT:\n        RESULT.append(item)",
        "RESULT = [x for i, x in enumerate(INPUT) if x not in INPUT[:i]]",
        "RESULT = any(INPUT.count(x) > 1 for x in INPUT)",
        "RESULT = False\nfor i in range(len(INPUT)):\n    for j in range(i + 1, len(INPUT)):\n"
        "        if INPUT[i] == INPUT[j]:\n            RESULT = True",
    )


class SlowExtremes(WovenStep):
    """Extremes and totals by sorting or by hand."""

    name = "slow-extremes"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code sorts or loops in Python where one pass of a built-in does."
    task = "It also works out the smallest, largest or total of the elements of INPUT."
    result = ("best", "total", "smallest", "largest", "extreme")
    careful = (
        "RESULT = min(INPUT)",
        "RESULT = max(INPUT)",
        "RESULT = sum(INPUT)",
        "RESULT = heapq.nlargest(3, INPUT)",
        "RESULT = (min(INPUT), max(INPUT))",
        "RESULT = 0\nfor item in INPUT:\n    RESULT += item",
        "RESULT = None\nfor item in INPUT:\n    if RESULT is None or item > RESULT:\n        RESULT = item",
        "RESULT = max(INPUT, default=None)",
    )
    careless = (
        "RESULT = sorted(INPUT)[0]",
        "RESULT = sorted(INPUT)[-1]",
        "RESULT = sorted(INPUT, reverse=True)[:3]",
        "ordered = sorted(list(INPUT))\nRESULT = (ordered[0], ordered[-1])",
        "RESULT = reduce(lambda a, b: a + b, INPUT)",
        "RESULT = [x for x in INPUT if all(x >= y for y in INPUT)][0]",
        "RESULT = [x for x in INPUT if all([x <= y for y in INPUT])][0]",
        "RESULT = list(INPUT)\nfor i in range(len(RESULT)):\n    for j in range(len(RESULT) - 1):\n"
        "        if RESULT[j] > RESULT[j + 1]:\n            RESULT[j], RESULT[j + 1] = (RESULT[j + 1], RESULT[j])",
    )


class SlowNumberWork(WovenStep):
    """Formulas by counting, number properties by trying everything."""

    name = "slow-number-work"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code tries or counts every number where a formula or a bound does with far fewer steps."
    task = "It also works out a number property of the size of INPUT: a sum, divisor, power, root or sequence value."
    result = ("number", "answer", "figure", "amount")
    careful = (
        "n = len(INPUT)\nRESULT = n * (n + 1) // 2",
        "n = len(INPUT)\nRESULT = n >= 2 and all(n % k for k in range(2, math.isqrt(n) + 1))",
        "n = len(INPUT)\nRESULT = True\nk = 2\nwhile k * k <= n:\n    if n % k == 0:\n        RESULT = False\n"
        "        break\n    k += 1",
        "RESULT = math.gcd(len(INPUT), 360)",
        "a, b = (0, 1)\nfor _ in range(len(INPUT)):\n    a, b = (b, a + b)\nRESULT = a",
        "RESULT = math.isqrt(len(INPUT))",
        "RESULT = pow(7, len(INPUT), 1009)",
        "RESULT = len(INPUT).bit_count()",
        "n = len(INPUT)\na, b = (n, 84)\nwhile b:\n    a, b = (b, a % b)\nRESULT = a",
        "RESULT = len(INPUT) // 3",
        "RESULT = math.comb(len(INPUT), 3)",
        "RESULT = math.factorial(len(INPUT))",
    )
    careless = (
        "RESULT = sum(range(len(INPUT) + 1))",
        "RESULT = sum([k for k in range(1, len(INPUT) + 1)])",
        "RESULT = 0\nfor k in range(1, len(INPUT) + 1):\n    RESULT += k",
        "n = len(INPUT)\nRESULT = n >= 2 and all([n % k for k in range(2, n)])",
        "n = len(INPUT)\nRESULT = len([k for k in range(1, n + 1) if n % k == 0]) == 2",
        "n = len(INPUT)\nRESULT = True\nfor k in range(2, n):\n    if n % k == 0:\n        RESULT = False",
        "n = len(INPUT)\nRESULT = max(k for k in range(1, n + 1) if n % k == 0 and 360 % k == 0)",
        "fib = lambda n: n if n < 2 else fib(n - 1) + fib(n - 2)\nRESULT = fib(len(INPUT))",
        "RESULT = 0\nwhile (RESULT + 1) * (RESULT + 1) <= len(INPUT):\n    RESULT += 1",
        "RESULT = 7 ** len(INPUT) % 1009",
        "RESULT = bin(len(INPUT)).count('1')",
        "RESULT = 0\nn = len(INPUT)\nwhile n >= 3:\n    n -= 3\n    RESULT += 1",
        "RESULT = len(list(itertools.combinations(range(len(INPUT)), 3)))",
        "RESULT = 1\nfor k in range(1, len(INPUT) + 1):\n    RESULT = RESULT * k",
    )


class SlowTextWork(WovenStep):
    """Text built or examined one character at a time."""

    name = "slow-text-work"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code handles text one character at a time and copies what it has each time."
    task = "It also makes a text of INPUT: reversed, joined, cleaned or counted."
    result = ("text", "line", "label", "joined")
    careful = (
        "RESULT = ''.join(INPUT)",
        "RESULT = ', '.join(str(item) for item in INPUT)",
        "RESULT = INPUT[::-1]",
        "RESULT = INPUT == INPUT[::-1]",
        "RESULT = INPUT.replace(' ', '')",
        "RESULT = str(INPUT).count('a')",
        "RESULT = INPUT.translate(str.maketrans('', '', 'aeiou'))",
        "pieces = []\nfor item in INPUT:\n    pieces.append(str(item))\nRESULT = ' '.join(pieces)",
        "RESULT = INPUT.upper()",
    )
    careless = (
        "RESULT = ''\nfor item in INPUT:\n    RESULT = RESULT + item",
        "RESULT = ''\nfor item in INPUT:\n    RESULT += str(item) + ', '\nRESULT = RESULT[:-2]",
        "RESULT = ''\nfor item in INPUT:\n    RESULT = item + RESULT",
        "RESULT = all([INPUT[i] == INPUT[-i - 1] for i in range(len(INPUT))])",
        "RESULT = ''\nfor letter in INPUT:\n    if letter != ' ':\n        RESULT += letter",
        "RESULT = 0\nfor letter in str(INPUT):\n    if letter == 'a':\n        RESULT += 1",
        "RESULT = ''.join([c for c in INPUT if c not in list('aeiou')])",
        "RESULT = reduce(lambda a, b: a + b, INPUT)",
        "RESULT = ''.join(map(lambda c: chr(ord(c) - 32), INPUT))",
        "RESULT = re.sub(' ', '', INPUT)",
    )


class SlowMerging(WovenStep):
    """Lists merged, flattened or grouped by copying."""

    name = "slow-merging"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code copies all it has gathered so far with every step."
    task = "It also puts the parts of INPUT together in one list or by groups."
    result = ("merged", "flat", "grouped", "gathered")
    careful = (
        "RESULT = list(itertools.chain.from_iterable(INPUT))",
        "RESULT = [item for part in INPUT for item in part]",
        "RESULT = []\nfor part in INPUT:\n    RESULT.extend(part)",
        "RESULT = defaultdict(list)\nfor item in INPUT:\n    RESULT[len(item)].append(item)",
        "queue = deque(INPUT)\nRESULT = []\nwhile queue:\n    RESULT.append(queue.popleft())",
        "RESULT = list(reversed(INPUT))",
        "RESULT = dict(INPUT)",
        "RESULT = sorted(INPUT)",
        "RESULT = list(map(str, INPUT))",
    )
    careless = (
        "RESULT = sum(INPUT, [])",
        "RESULT = reduce(lambda a, b: a + b, INPUT, [])",
        "RESULT = []\nfor part in INPUT:\n    RESULT = RESULT + list(part)",
        "RESULT = []\nfor part in INPUT:\n    for item in part:\n        RESULT = RESULT + [item]",
        "RESULT = {len(x): [y for y in INPUT if len(y) == len(x)] for x in INPUT}",
        "queue = list(INPUT)\nRESULT = []\nwhile queue:\n    RESULT.append(queue.pop(0))",
        "RESULT = []\nfor item in INPUT:\n    RESULT.insert(0, item)",
        "RESULT = {}\nfor i in range(len(INPUT)):\n    RESULT[INPUT[i][0]] = INPUT[i][1]",
        "RESULT = []\nwhile len(RESULT) < len(INPUT):\n    RESULT.append(sorted(INPUT)[len(RESULT)])",
        "RESULT = []\nfor i in range(0, len(INPUT)):\n    RESULT.append(str(INPUT[i]))",
    )


class SlowSearch(WovenStep):
    """Searches that look at everything."""

    name = "slow-search"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code looks at everything where the chosen code stops early or halves the rest."
    task = "It also finds a first match, a position or a pair with a given sum in INPUT."
    result = ("found", "position", "match", "hit")
    careful = (
        "RESULT = next((item for item in INPUT if item), None)",
        "RESULT = any(item is None for item in INPUT)",
        "RESULT = None\nfor item in INPUT:\n    if item:\n        RESULT = item\n        break",
        "RESULT = bisect.bisect_left(INPUT, 10)",
        "low, high = (0, len(INPUT))\nwhile low < high:\n    middle = (low + high) // 2\n    if INPUT[middle] < 10:\n"
        "        low = middle + 1\n    else:\n        high = middle\nRESULT = low",
        "seen = set()\nRESULT = None\nfor item in INPUT:\n"
        "    if 10 - item in seen:\n        RESULT = (10 - item, item)\n"
        "        break\n    seen.add(item)",
        "positions = {item: i for i, item in enumerate(INPUT)}\nRESULT = positions.get(10)",
        "RESULT = all(a <= b for a, b in zip(INPUT, INPUT[1:]))",
    )
    careless = (
        "RESULT = [item for item in INPUT if item][0]",
        "RESULT = len([item for item in INPUT if item is None]) > 0",
        "RESULT = None\nfor item in INPUT:\n    if item and RESULT is None:\n        RESULT = item",
        "RESULT = len([item for item in INPUT if item < 10])",
        "RESULT = 0\nfor i in range(len(INPUT)):\n    if INPUT[i] < 10:\n        RESULT = i + 1",
        "RESULT = [(a, b) for a in INPUT for b in INPUT if a + b == 10]",
        "RESULT = None\nfor i in range(len(INPUT)):\n    for j in range(i + 1, len(INPUT)):\n"
        "        if INPUT[i] + INPUT[j] == 10:\n            RESULT = (INPUT[i], INPUT[j])",
        "RESULT = list(itertools.permutations(INPUT, 2))",
        "RESULT = INPUT == sorted(INPUT)",
        "RESULT = INPUT.index(10) if INPUT.count(10) > 0 else None",
    )


OPERATORS: tuple[Operator, ...] = (
    SlowCounting(),
    SlowCommonElements(),
    SlowExtremes(),
    SlowNumberWork(),
    SlowTextWork(),
    SlowMerging(),
    SlowSearch(),
)
