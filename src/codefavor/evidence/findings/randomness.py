"""Rules on chance: the default generator is predictable, and a fixed seed makes it repeatable."""

import ast
import re
from collections.abc import Iterator

from codefavor.evidence.findings.rule import CallRule, Hit, Module, Rule

WEAK_RANDOM = Rule("weak-random", 338, "low", "The default random generator is predictable.")
WEAK_SECRET = Rule(
    "weak-random-secret", 338, "high", "A secret is drawn from the predictable default random generator."
)
FIXED_SEED = Rule("fixed-seed", 335, "low", "A random generator starts from a fixed seed.")

_SECRETS = re.compile(
    r"passw|token|secret|salt|nonce|otp|session|csrf|captcha|api_?key|private|credential|activation|verif|\biv\b|(?:^|_)key",
    re.IGNORECASE,
)
_GENERATOR = re.compile(r"random\.(?!SystemRandom\b|secrets\b)[A-Za-z]\w*\Z|random\Z|random\.Random\(\)\.\w+\Z")


def weak_random(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A call of the `random` module, worse where what is made has a secret's name."""
    if not _GENERATOR.match(name):
        return
    text = module.functions.get(id(call), "")
    yield Hit(WEAK_SECRET if _SECRETS.search(text) else WEAK_RANDOM, call.lineno, "medium")


def fixed_seed(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A seed that is a constant of the program."""
    if (
        name in {"random.seed", "random.Random", "np.random.seed"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
    ):
        yield Hit(FIXED_SEED, call.lineno, "low")


CALLS: tuple[CallRule, ...] = (weak_random, fixed_seed)
