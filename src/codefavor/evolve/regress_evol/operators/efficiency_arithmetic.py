"""Woven steps over numbers and text with a fast and a slow way: formulas and bounds against trying everything."""

from codefavor.evolve.regress_evol.inserted_step import InsertedStep, StepCase
from codefavor.evolve.regress_evol.operator import Operator
from codefavor.pairs.criterion import Aspect


class SlowNumberWork(InsertedStep):
    """Formulas by counting, number properties by trying everything."""

    name = "slow-number-work"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code tries or counts every number where a formula or a bound does with far fewer steps."
    result = ("number", "answer", "figure", "amount")
    cases = (
        StepCase(
            task="It also adds up the numbers from 1 to the length of INPUT.",
            careful=("n = len(INPUT)\nRESULT = n * (n + 1) // 2",),
            careless=(
                "RESULT = sum(range(len(INPUT) + 1))",
                "RESULT = 0\nfor k in range(1, len(INPUT) + 1):\n    RESULT += k",
            ),
        ),
        StepCase(
            task="It also says whether the length of INPUT is a prime number.",
            careful=(
                "n = len(INPUT)\nRESULT = n >= 2 and all(n % k for k in range(2, math.isqrt(n) + 1))",
                "n = len(INPUT)\nRESULT = n > 1\nk = 2\nwhile k * k <= n:\n    if n % k == 0:\n        RESULT = False\n"
                "        break\n    k += 1",
            ),
            careless=(
                "n = len(INPUT)\nRESULT = n >= 2 and all([n % k for k in range(2, n)])",
                "n = len(INPUT)\nRESULT = len([k for k in range(1, n + 1) if n % k == 0]) == 2",
                "n = len(INPUT)\nRESULT = n > 1\nfor k in range(2, n):\n    if n % k == 0:\n        RESULT = False",
            ),
        ),
        StepCase(
            task="It also finds the greatest common divisor of the length of INPUT and 360.",
            careful=(
                "RESULT = math.gcd(len(INPUT), 360)",
                "RESULT, rest = (len(INPUT), 360)\nwhile rest:\n    RESULT, rest = (rest, RESULT % rest)",
            ),
            careless=(
                "n = len(INPUT)\nRESULT = max(k for k in range(1, 361) if n % k == 0 and 360 % k == 0)",
                "RESULT = 1\nfor k in range(1, 361):\n    if len(INPUT) % k == 0 and 360 % k == 0:\n        RESULT = k",
            ),
        ),
        StepCase(
            task="It also works out the Fibonacci number at the length of INPUT.",
            careful=(
                "RESULT, following = (0, 1)\nfor _ in INPUT:\n    RESULT, following = (following, RESULT + following)",
            ),
            careless=("fib = lambda n: n if n < 2 else fib(n - 1) + fib(n - 2)\nRESULT = fib(len(INPUT))",),
        ),
        StepCase(
            task="It also works out 7 to the power of the length of INPUT, modulo 1009.",
            careful=("RESULT = pow(7, len(INPUT), 1009)",),
            careless=(
                "RESULT = 7 ** len(INPUT) % 1009",
                "RESULT = 1\nfor _ in range(len(INPUT)):\n    RESULT = RESULT * 7\nRESULT = RESULT % 1009",
            ),
        ),
        StepCase(
            task="It also finds the whole part of the square root of the length of INPUT.",
            careful=("RESULT = math.isqrt(len(INPUT))", "RESULT = int(math.sqrt(len(INPUT)))"),
            careless=(
                "RESULT = 0\nwhile (RESULT + 1) * (RESULT + 1) <= len(INPUT):\n    RESULT += 1",
                "RESULT = max([k for k in range(len(INPUT) + 1) if k * k <= len(INPUT)])",
            ),
        ),
        StepCase(
            task="It also counts how many triples can be taken from INPUT.",
            careful=("RESULT = math.comb(len(INPUT), 3)", "n = len(INPUT)\nRESULT = n * (n - 1) * (n - 2) // 6"),
            careless=(
                "RESULT = len(list(itertools.combinations(INPUT, 3)))",
                "RESULT = 0\nfor i in range(len(INPUT)):\n    for j in range(i):\n        for k in range(j):\n"
                "            RESULT += 1",
            ),
        ),
    )


class SlowTextWork(InsertedStep):
    """Text built or examined one character at a time."""

    name = "slow-text-work"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code handles text one character at a time and copies what it has each time."
    result = ("text", "line", "label", "joined")
    cases = (
        StepCase(
            task="It also joins the texts in INPUT with commas.",
            careful=(
                "RESULT = ','.join(INPUT)",
                "pieces = []\nfor item in INPUT:\n    pieces.append(item)\nRESULT = ','.join(pieces)",
            ),
            careless=(
                "RESULT = ''\nfor item in INPUT:\n    RESULT += item + ','\nRESULT = RESULT[:-1]",
                "RESULT = reduce(lambda a, b: a + ',' + b, INPUT)",
            ),
        ),
        StepCase(
            task="It also says whether the text INPUT reads the same backwards.",
            careful=("RESULT = INPUT == INPUT[::-1]",),
            careless=(
                "RESULT = all([INPUT[i] == INPUT[-i - 1] for i in range(len(INPUT))])",
                "backwards = ''\nfor letter in INPUT:\n    backwards = letter + backwards\nRESULT = INPUT == backwards",
            ),
        ),
        StepCase(
            task="It also takes the spaces out of the text INPUT.",
            careful=("RESULT = INPUT.replace(' ', '')",),
            careless=(
                "RESULT = ''\nfor letter in INPUT:\n    if letter != ' ':\n        RESULT = RESULT + letter",
                "RESULT = re.sub(' ', '', INPUT)",
            ),
        ),
        StepCase(
            task="It also counts the letter a in the text INPUT.",
            careful=("RESULT = INPUT.count('a')",),
            careless=(
                "RESULT = len([c for c in INPUT if c == 'a'])",
                "RESULT = 0\nfor letter in INPUT:\n    if letter == 'a':\n        RESULT += 1",
            ),
        ),
        StepCase(
            task="It also takes the vowels out of the text INPUT.",
            careful=(
                "RESULT = INPUT.translate(str.maketrans('', '', 'aeiou'))",
                "vowels = set('aeiou')\nRESULT = ''.join([c for c in INPUT if c not in vowels])",
            ),
            careless=(
                "RESULT = ''.join([c for c in INPUT if c not in list('aeiou')])",
                "RESULT = INPUT\nfor letter in INPUT:\n    if letter in 'aeiou':\n"
                "        RESULT = RESULT.replace(letter, '')",
            ),
        ),
    )


OPERATORS: tuple[Operator, ...] = (SlowNumberWork(), SlowTextWork())
