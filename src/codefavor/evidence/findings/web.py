"""Rules on web programs: tokens unverified, cookies and forgery protection, debug mode, escaping switched off."""

import ast
import re
from collections.abc import Iterator

from codefavor.evidence.findings.nodes import is_constant, keyword, text_of
from codefavor.evidence.findings.rule import CallRule, Hit, Module, NodeRule, Rule

UNVERIFIED_TOKEN = Rule("token-unverified", 347, "high", "A token is read without checking its signature.")
DEBUG = Rule("debug-on", 489, "medium", "Debug mode shows the program's inside to everyone.")
COOKIE = Rule("cookie-flags", 614, "low", "A cookie lacks secure or httponly.")
NO_CSRF = Rule("csrf-off", 352, "medium", "Protection against forged requests is switched off.")
ANY_ORIGIN = Rule("any-origin", 942, "medium", "Every other site may send requests and read the answers.")
NO_ESCAPE = Rule("autoescape-off", 79, "high", "Templates are filled without escaping.")
ERROR_SHOWN = Rule("error-shown", 209, "low", "The details of an error are sent to the client.")


def unverified_token(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A JWT decoded with verification off or with `none` allowed."""
    if not name.endswith(("jwt.decode", "jws.verify", "jwt.get_unverified_claims", "jws.get_unverified_claims")):
        return
    if name.endswith("unverified_claims") or is_constant(keyword(call, "verify"), False):
        yield Hit(UNVERIFIED_TOKEN, call.lineno, "high")
        return
    options = keyword(call, "options")
    if options is not None and re.search(
        r"verify_(?:signature|exp|aud)'?\"?: False|verify_\w+=False", ast.unparse(options)
    ):
        yield Hit(UNVERIFIED_TOKEN, call.lineno, "high")
    algorithms = keyword(call, "algorithms")
    if algorithms is not None and re.search(r"['\"]none['\"]", ast.unparse(algorithms), re.IGNORECASE):
        yield Hit(UNVERIFIED_TOKEN, call.lineno, "high")
    elif algorithms is None and len(call.args) in (1, 2):
        yield Hit(UNVERIFIED_TOKEN, call.lineno, "low")


def debug(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A server started in debug mode."""
    if name.endswith((".run", "run_simple", "Application", "Flask", "FastAPI")):
        if any(is_constant(keyword(call, word), True) for word in ("debug", "use_debugger")):
            yield Hit(DEBUG, call.lineno, "high")


def cookie(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A cookie set without its flags."""
    if name.endswith(".set_cookie"):
        for word in ("secure", "httponly"):
            if keyword(call, word) is None or is_constant(keyword(call, word), False):
                yield Hit(COOKIE, call.lineno, "medium")
                return


def any_origin(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """A star where origins are named."""
    for word in ("allow_origins", "origins", "resources"):
        value = keyword(call, word)
        if value is not None and any(is_constant(part, "*") for part in ast.walk(value)):
            yield Hit(ANY_ORIGIN, call.lineno, "medium")
    texts = [text_of(item) for item in call.args]
    if "Access-Control-Allow-Origin" in texts and "*" in texts:
        yield Hit(ANY_ORIGIN, call.lineno, "medium")


def no_escape(call: ast.Call, name: str, module: Module) -> Iterator[Hit]:
    """Jinja2 without autoescape."""
    if name.endswith("jinja2.Environment") or name == "Environment":
        value = keyword(call, "autoescape")
        if value is None or is_constant(value, False):
            yield Hit(NO_ESCAPE, call.lineno, "high" if value is not None else "medium")


def exempt(node: ast.AST, module: Module) -> Iterator[Hit]:
    """A view taken out of forgery protection."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            if "csrf_exempt" in ast.unparse(decorator) or "csrf.exempt" in ast.unparse(decorator):
                yield Hit(NO_CSRF, node.lineno, "medium")


def settings(node: ast.AST, module: Module) -> Iterator[Hit]:
    """Settings that take protection away."""
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        name = (text_of(target.slice) or "") if isinstance(target, ast.Subscript) else ast.unparse(target)
        word = name.rpartition(".")[2]
        if is_constant(node.value, True) and word.lower() == "debug":
            yield Hit(DEBUG, node.lineno, "medium")
        elif is_constant(node.value, False):
            if word in {
                "SESSION_COOKIE_SECURE",
                "SESSION_COOKIE_HTTPONLY",
                "CSRF_COOKIE_SECURE",
                "SECURE_SSL_REDIRECT",
            }:
                yield Hit(COOKIE, node.lineno, "high")
            elif word in {"WTF_CSRF_ENABLED", "csrf", "csrf_enabled", "CSRF_ENABLED"}:
                yield Hit(NO_CSRF, node.lineno, "high")
            elif word == "autoescape":
                yield Hit(NO_ESCAPE, node.lineno, "high")
        elif word == "Access-Control-Allow-Origin" and text_of(node.value) == "*":
            yield Hit(ANY_ORIGIN, node.lineno, "high")
        elif word in {"ALLOWED_HOSTS", "CORS_ALLOWED_ORIGINS"} and any(
            is_constant(part, "*") for part in ast.walk(node.value)
        ):
            yield Hit(ANY_ORIGIN, node.lineno, "medium")


def error_shown(node: ast.AST, module: Module) -> Iterator[Hit]:
    """The text of an exception, or a traceback, in what a handler returns."""
    if not isinstance(node, ast.ExceptHandler):
        return
    for statement in ast.walk(node):
        if isinstance(statement, ast.Return) and statement.value is not None:
            returned = ast.unparse(statement.value)
            if "format_exc()" in returned or (node.name and re.search(rf"\b(?:str|repr)\({node.name}\)", returned)):
                yield Hit(ERROR_SHOWN, statement.lineno, "low")


CALLS: tuple[CallRule, ...] = (unverified_token, debug, cookie, any_origin, no_escape)
NODES: dict[type[ast.AST], tuple[NodeRule, ...]] = {
    ast.FunctionDef: (exempt,),
    ast.AsyncFunctionDef: (exempt,),
    ast.ClassDef: (exempt,),
    ast.Assign: (settings,),
    ast.ExceptHandler: (error_shown,),
}
