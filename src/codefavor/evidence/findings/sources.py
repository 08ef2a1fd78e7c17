"""Where values that others control enter: requests, command lines, the environment, files, sockets; and handlers.

A table and its lookup; nothing is followed here.
"""

import ast
import re

from codefavor.evidence.findings.value import Control

_OUTSIDE = re.compile(
    r"""(?:
      flask\.request\.(?:args|form|values|files|cookies|headers|json|data|get_json|get_data|stream|url|path|full_path
        |query_string|view_args|GET|POST|COOKIES|META|FILES|query_params|body|query|match_info|text|read|post|rel_url)
    | (?:self\.)?request\.\w+
    | self\.(?:get_argument|get_arguments|get_query_argument|get_body_argument|get_cookie|path|headers|rfile)
    | cgi\.FieldStorage
    | socket\.socket\(\)\.recv(?:from)? | urllib\.(?:request\.)?urlopen\(\) | requests\.(?:get|post|request)\(\)
    | httpx\.(?:get|post|request)\(\)
    | (?:.*\.)?(?:recv|recvfrom)
    )(?:[.(\[].*)?\Z""",
    re.VERBOSE,
)
_OPERATOR = re.compile(
    r"""(?:input | raw_input | sys\.argv | sys\.stdin | os\.environ | os\.getenv | getpass\.getpass
    | argparse\.ArgumentParser\(\)\.parse_args | optparse\.OptionParser\(\)\.parse_args)(?:[.(\[].*)?\Z""",
    re.VERBOSE,
)
_READS = re.compile(r"(?:.*[.)])?(?:read|readline|readlines)\Z")
_ROUTES = {
    "route",
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "api_view",
    "expose",
    "websocket",
    "endpoint",
    "view_config",
}
_HANDLER_NAMES = {
    "get",
    "post",
    "put",
    "delete",
    "patch",
    "head",
    "options",
    "dispatch",
    "handle",
    "do_GET",
    "do_POST",
    "on_get",
    "on_post",
}
_HANDLER_CLASSES = re.compile(r"Handler|View|Resource|Controller|Endpoint|Servlet|Page\b")
_REQUEST_PARAMETERS = {"request", "req", "environ", "event"}

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def control_of(name: str) -> Control:
    """Return who decides the value of an expression of this dotted name; CONSTANT when the name says nothing."""
    if _OUTSIDE.match(name):
        return Control.OUTSIDE
    return Control.OPERATOR if _OPERATOR.match(name) else Control.CONSTANT


def reads_data(name: str) -> bool:
    """Whether a call of this name reads from a file."""
    return _READS.match(name) is not None


def is_handler(function: FunctionNode, around: ast.ClassDef | None) -> bool:
    """Whether the parameters of this function come from a request."""
    for decorator in function.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(target, ast.Attribute) and target.attr in _ROUTES:
            return True
    arguments = [*function.args.posonlyargs, *function.args.args]
    if arguments and arguments[0].arg in _REQUEST_PARAMETERS:
        return True
    if around is None or function.name not in _HANDLER_NAMES:
        return function.name == "lambda_handler"
    return any(_HANDLER_CLASSES.search(ast.unparse(base)) for base in around.bases)
