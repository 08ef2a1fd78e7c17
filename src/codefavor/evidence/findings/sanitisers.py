"""What makes a value safe, and for what: calls that escape, confine or convert, and tests that are checks.

Names and shapes only; how long a check holds is `codefavor.evidence.findings.flow`'s business.
"""

import ast
import re

from codefavor.evidence.findings.names import Names, dotted
from codefavor.evidence.findings.value import EVERYTHING, Danger

_SAFE_FOR: tuple[tuple[re.Pattern[str], frozenset[Danger]], ...] = tuple(
    (re.compile(rf"(?:.*\.)?(?:{pattern})\Z"), frozenset(dangers))
    for pattern, dangers in (
        (
            r"shlex\.quote|pipes\.quote|shlex\.join|list2cmdline|shell_quote|shellquote|quote_cmd|shell_escape",
            {Danger.COMMAND},
        ),
        (
            r"html\.escape|cgi\.escape|markupsafe\.escape|escape|escape_html|conditional_escape|format_html|bleach\.clean|linebreaks|urlize|escapejs|xhtml_escape|json_script|render_template|render|render_to_string|jsonify|json\.dumps|dumps|JsonResponse",
            {Danger.HTML, Danger.TEMPLATE},
        ),
        (
            r"basename|secure_filename|safe_join|safe_path|get_valid_filename|get_valid_name|sanitize_filename|relative_to|resolve_path_in|filename_safe",
            {Danger.PATH},
        ),
        (r"re\.escape|regex\.escape", {Danger.REGEX}),
        (
            r"(?:.*sql\.)?(?:Identifier|Literal|SQL|SQL\(\)\.format|Placeholder)|quote_ident|quote_name|quote_identifier|escape_string|mogrify|bindparam|adapt|literal|quoted_name|table_name_quote|connection\.escape|format_identifier|bindparams",
            {Danger.SQL},
        ),
        (r"sqlalchemy\.\w+|Table|MetaData|select|insert|update|delete|Column", {Danger.SQL}),
        (
            r"urllib\.(?:parse\.)?quote(?:_plus)?|quote_plus|urlencode|url_for|reverse|iri_to_uri",
            {Danger.URL, Danger.REDIRECT, Danger.PATH, Danger.HTML, Danger.HEADER},
        ),
        (r"escape_filter_chars|escape_dn_chars|filter_format", {Danger.LDAP}),
        (r"repr", {Danger.LOG, Danger.HEADER}),
    )
)
_NUMBERS = re.compile(
    r"(?:.*\.)?(?:int|float|bool|len|hash|ord|round|abs|UUID|uuid\d|Decimal|ip_address|ip_network|hexdigest|isoformat|getsize"
    r"|time|getpid|strftime|fileno|mkstemp|mkdtemp|token_hex|token_urlsafe|b64encode|hexlify)\Z"
)
_BY_NAME = re.compile(
    r"(?:.*[._])?_?(?:saniti[sz]e\w*|validate\w*|clean(?:ed)?_\w+|safe_\w+|\w+_safe|check_\w+|ensure_\w+|verify\w*|escape\w*|quote\w*|whitelist\w*|allow(?:ed)?_\w+|normali[sz]e_\w+name)\Z",
    re.IGNORECASE,
)
_TEST_NAMES = re.compile(
    r"(?:.*[._])?_?(?:is_?\w*(?:valid|safe|allow|permitted|trusted|whitelist|relative_to|identifier|local|authori[sz]ed)\w*|isidentifier|isalnum|isalpha|isdigit|isdecimal|isnumeric|match|fullmatch|search|startswith|endswith|isinstance|valid\w*|allow\w*|verify\w*|check_\w+|compare_digest|has_perm\w*|url_has_allowed_host_and_scheme|issubset|any|all)\Z",
    re.IGNORECASE,
)
_HARMLESS_CHARACTERS = re.compile(r"\\W|\[\^")
_SIGNATURES = re.compile(
    r"(?:.*\.)?(?:compare_digest|verify\w*|unsign\w*|constant_time_compare|check_signature)\Z", re.IGNORECASE
)
_REPLACED = {
    "'": frozenset({Danger.SQL}),
    '"': frozenset({Danger.SQL}),
    "`": frozenset({Danger.SQL, Danger.COMMAND}),
    "\n": frozenset({Danger.LOG, Danger.HEADER}),
    "\r": frozenset({Danger.LOG, Danger.HEADER}),
    "\r\n": frozenset({Danger.LOG, Danger.HEADER}),
    "<": frozenset({Danger.HTML}),
    "..": frozenset({Danger.PATH}),
    "../": frozenset({Danger.PATH}),
    "/": frozenset({Danger.PATH}),
}


def made_safe_by(call: ast.Call, name: str) -> frozenset[Danger]:
    """Return the dangers that the result of this call no longer carries."""
    matching = [dangers for pattern, dangers in _SAFE_FOR if pattern.match(name)]
    if matching:
        return frozenset().union(*matching)
    if _BY_NAME.match(name):
        return EVERYTHING
    arguments = call.args
    first = arguments[0].value if arguments and isinstance(arguments[0], ast.Constant) else None
    if name.endswith(".replace") and isinstance(first, str):
        return _REPLACED.get(first, frozenset())
    if name.endswith("re.sub") and isinstance(first, str) and _HARMLESS_CHARACTERS.search(first):
        return EVERYTHING
    return frozenset()


def converts_to_number(name: str) -> bool:
    """Whether the result is a number or a text of harmless form, whatever goes in."""
    return _NUMBERS.match(name) is not None


def is_signature_check(name: str) -> bool:
    """Whether a call of this name proves who made the data."""
    return _SIGNATURES.match(name) is not None


def is_validator(name: str) -> bool:
    """Whether a call of this name, its result unused, is a check that raises."""
    return _BY_NAME.match(name) is not None


def checked_by(test: ast.expr, names: Names) -> dict[str, frozenset[Danger]]:
    """Return the variables that a condition checks, and for which dangers."""
    found: dict[str, frozenset[Danger]] = {}
    for node in ast.walk(test):
        if isinstance(node, ast.Compare):
            _add(found, _compared(node, names))
        elif isinstance(node, ast.Call) and _TEST_NAMES.match(names.of(node.func) or getattr(node.func, "attr", "")):
            _add(found, dict.fromkeys(mentioned(node), EVERYTHING))
    return found


def _compared(node: ast.Compare, names: Names) -> dict[str, frozenset[Danger]]:
    operator, right = node.ops[0], node.comparators[0]
    if isinstance(operator, ast.In | ast.NotIn):
        if isinstance(node.left, ast.Constant):
            return dict.fromkeys(mentioned(right), EVERYTHING)
        return dict.fromkeys(mentioned(node.left), EVERYTHING)
    if isinstance(operator, ast.Eq | ast.NotEq):
        sides = (node.left, right)
        telling = [
            side for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str) and side.value
        ]
        parsed = [
            side for side in sides if re.search(r"commonp|netloc|hostname|scheme|dirname|parent", ast.unparse(side))
        ]
        if telling or parsed:
            return dict.fromkeys(set().union(*(mentioned(side) for side in sides)), EVERYTHING)
    return {}


def mentioned(node: ast.AST) -> set[str]:
    """Return the dotted names of the variables in an expression, method names left out."""
    found: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Name):
            found.add(child.id)
        elif isinstance(child, ast.Attribute) and (path := dotted(child)):
            found.update((path, path.rpartition(".")[0]))
    return found - {"self", "os", "re", "os.path", "request"}


def _add(found: dict[str, frozenset[Danger]], more: dict[str, frozenset[Danger]]) -> None:
    for path, dangers in more.items():
        found[path] = found.get(path, frozenset()) | dangers
