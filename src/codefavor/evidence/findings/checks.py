"""Rules on checks that do not check: asserts, errors swallowed, secrets compared byte by byte."""

import ast
import re
from collections.abc import Iterator

from codefavor.evidence.findings.rule import Hit, Module, NodeRule, Rule

ASSERTED = Rule("assert-as-check", 617, "low", "A check by assert is gone when Python runs optimised.")
SWALLOWED = Rule("error-swallowed", 703, "low", "An error is swallowed and the program goes on.")
TIMING = Rule("timing-comparison", 208, "medium", "A secret is compared in a time that tells how much of it is right.")

_RIGHTS = re.compile(r"auth|admin|permission|allow|token|login|owner|user\b|valid|safe", re.IGNORECASE)
_DIGEST = re.compile(
    r"(?:hmac|digest|signature|\bsig\b|_sig\b|token|hexdigest|csrf|secret|mac\b|password_hash|api_key)", re.IGNORECASE
)


def asserted(node: ast.AST, module: Module) -> Iterator[Hit]:
    """Rights or input checked by an assert, outside tests."""
    if isinstance(node, ast.Assert):
        around = module.functions.get(id(node), "")
        if not around.lower().startswith("test") and _RIGHTS.search(ast.unparse(node.test)):
            yield Hit(ASSERTED, node.lineno, "low")


def swallowed(node: ast.AST, module: Module) -> Iterator[Hit]:
    """`except: pass` over everything."""
    if (
        isinstance(node, ast.ExceptHandler)
        and len(node.body) == 1
        and isinstance(node.body[0], ast.Pass | ast.Continue)
    ):
        if node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"}:
            yield Hit(SWALLOWED, node.lineno, "low")


def timing(node: ast.AST, module: Module) -> Iterator[Hit]:
    """A digest, signature or token compared with `==`."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return
    sides = (node.left, node.comparators[0])
    if any(isinstance(side, ast.Constant) for side in sides):
        return
    if any(re.search(r"hexdigest\(|\.digest\(|hmac", ast.unparse(side)) for side in sides):
        yield Hit(TIMING, node.lineno, "medium")
    elif all(_DIGEST.search(ast.unparse(side)) for side in sides):
        yield Hit(TIMING, node.lineno, "medium")


NODES: dict[type[ast.AST], tuple[NodeRule, ...]] = {
    ast.Assert: (asserted,),
    ast.ExceptHandler: (swallowed,),
    ast.Compare: (timing,),
}
