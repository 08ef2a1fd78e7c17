"""Where values do harm: calls, the argument that matters, and the least control at which a finding is worth having.

A table and its lookup; following values to these places is `codefavor.evidence.findings.flow`'s business.
"""

import re
from typing import NamedTuple

from codefavor.evidence.findings.rule import Rule
from codefavor.evidence.findings.value import Control, Danger

SQL_INJECTION = Rule("sql-injection", 89, "high", "A query is put together from values instead of being parameterised.")
COMMAND = Rule("command-injection", 78, "high", "A value reaches a shell or the name of a program.")
CODE = Rule("code-injection", 94, "high", "A value is run as code.")
PATH = Rule("path-traversal", 22, "medium", "A value from outside chooses a path without being confined to a folder.")
HTML = Rule("cross-site-scripting", 79, "medium", "A value reaches HTML without being escaped.")
TEMPLATE = Rule("template-injection", 1336, "high", "A value becomes the text of a template.")
SSRF = Rule("server-side-request", 918, "medium", "A value from outside chooses the address of a request.")
REDIRECT = Rule("open-redirect", 601, "medium", "A value from outside chooses where a redirect goes.")
REGEX = Rule("regex-injection", 1333, "medium", "A value from outside is used as a regular expression.")
XML = Rule("xml-entities", 611, "medium", "XML from outside is parsed with entities allowed.")
OBJECTS = Rule("unsafe-deserialisation", 502, "high", "Objects are rebuilt from data that can run code.")
LOG = Rule("log-injection", 117, "low", "A value from outside reaches a log with its line breaks.")
HEADER = Rule("header-injection", 113, "medium", "A value from outside reaches a header with its line breaks.")
LDAP = Rule("ldap-injection", 90, "high", "A value reaches an LDAP filter without being escaped.")
XPATH = Rule("xpath-injection", 643, "medium", "A value is put into an XPath expression.")
IMPORT = Rule("import-injection", 470, "medium", "A value from outside chooses the module that is imported.")


class Sink(NamedTuple):
    """A call that does harm with one of its arguments."""

    rule: Rule
    danger: Danger
    names: re.Pattern[str]
    positions: tuple[int, ...] = (0,)
    keywords: tuple[str, ...] = ()
    floor: Control = Control.OUTSIDE
    built_only: bool = False
    """Whether only text put together in the program counts, not a whole value handed on."""


def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})\Z")


_RUNNERS = r"subprocess\.(?:run|call|check_call|check_output|Popen|getoutput|getstatusoutput)"
SINKS = (
    Sink(
        CODE,
        Danger.CODE,
        _named(r"(?:builtins\.|__builtin__\.)?(?:eval|exec|execfile)|code\.\w+\.runsource|timeit\.timeit"),
        (0,),
        ("source",),
        Control.CONSTANT,
    ),
    Sink(
        COMMAND,
        Danger.COMMAND,
        _named(
            r"os\.(?:system|popen[234]?|startfile)|popen2\.popen[234]?|subprocess\.get(?:status)?output|asyncio\.create_subprocess_shell|pty\.spawn|.*\.exec_command"
        ),
        (0,),
        ("command", "cmd"),
        Control.CONSTANT,
    ),
    Sink(
        COMMAND,
        Danger.COMMAND,
        _named(r"os\.(?:exec[lv]p?e?|spawn[lv]p?e?|posix_spawn)"),
        (0, 1, 2),
        (),
        Control.CALLER,
    ),
    Sink(
        OBJECTS,
        Danger.OBJECTS,
        _named(
            r"(?:pickle|dill|cloudpickle|marshal)\.(?:loads?|Unpickler)|(?:pickle|dill)\.Unpickler\(\)\.load|shelve\.(?:open|DbfilenameShelf|Shelf)|shelve\.open\(\).*|jsonpickle\.(?:decode|loads|unpickler\.decode|unpickler\.Unpickler\(\)\.restore)|.*unpickler\.decode|joblib\.load|(?:sklearn\.externals\.)?joblib\.load|pd\.read_pickle|yaml\.(?:unsafe_load|unsafe_load_all)|ruamel\.yaml\.load|rb?_?pickle\.loads"
        ),
        (0,),
        ("file", "data", "filename", "string"),
        Control.CONSTANT,
    ),
    Sink(
        SQL_INJECTION,
        Danger.SQL,
        _named(
            r".*\.(?:execute|executemany|executescript|execute_many|execute_sql|mogrify|raw|extra|read_sql|read_sql_query|query)|(?:execute|executemany)"
        ),
        (0,),
        ("sql", "query", "operation"),
        Control.UNKNOWN,
        True,
    ),
    Sink(
        SQL_INJECTION,
        Danger.SQL,
        _named(r"sqlalchemy\.text|sqlalchemy\.sql\.text|django\.db\.models\.expressions\.RawSQL|.*\.RawSQL"),
        (0,),
        ("text", "sql"),
        Control.UNKNOWN,
        True,
    ),
    Sink(
        PATH,
        Danger.PATH,
        _named(
            r"(?:io\.|codecs\.|builtins\.|aiofiles\.)?open|file|os\.(?:open|remove|unlink|rmdir|mkdir|makedirs|rename|listdir|scandir|chmod|symlink|link)|shutil\.(?:rmtree|copy|copy2|copyfile|move|copytree|unpack_archive)|(?:.*\.)?(?:send_file|FileResponse)|.*\.(?:read_text|read_bytes|write_text|write_bytes)|.*\.save"
        ),
        (0, 1),
        ("filename", "path", "path_or_file"),
        Control.OUTSIDE,
    ),
    Sink(
        HTML,
        Danger.HTML,
        _named(
            r"(?:.*\.)?(?:Markup|mark_safe|HttpResponse|HTMLResponse|format_html_join|SafeString|SafeText)|flask\.(?:make_response|Response)|(?:.*\.)?web\.Response|.*\.wfile\.write"
        ),
        (0,),
        ("content", "text", "body", "response"),
        Control.OUTSIDE,
        True,
    ),
    Sink(HTML, Danger.HTML, _named(r"(?:.*\.)?(?:Markup|mark_safe|SafeString|SafeText)"), (0,), (), Control.UNKNOWN),
    Sink(
        TEMPLATE,
        Danger.TEMPLATE,
        _named(
            r"flask\.render_template_string|(?:jinja2\.)?Template|(?:jinja2\.)?.*\.from_string|mako\.template\.Template|django\.template\.Template|tornado\.template\.Template"
        ),
        (0,),
        ("source",),
        Control.CALLER,
    ),
    Sink(
        SSRF,
        Danger.URL,
        _named(
            r"requests\.(?:get|post|put|delete|head|patch|request)|(?:requests\.Session\(\)|.*session)\.(?:get|post|put|delete|head|patch|request)|urllib\.(?:request\.)?(?:urlopen|urlretrieve|Request)|httpx\.(?:get|post|put|delete|head|request)|http\.client\.HTTPS?Connection|aiohttp\.request|.*\.urlopen"
        ),
        (0, 1),
        ("url",),
        Control.OUTSIDE,
    ),
    Sink(
        REDIRECT,
        Danger.REDIRECT,
        _named(
            r"(?:.*\.)?(?:redirect|HttpResponseRedirect|RedirectResponse|HTTPFound|HTTPSeeOther|HTTPTemporaryRedirect)"
        ),
        (0,),
        ("location", "url", "redirect_to"),
        Control.OUTSIDE,
    ),
    Sink(
        REGEX,
        Danger.REGEX,
        _named(r"(?:re|regex)\.(?:compile|match|search|fullmatch|sub|subn|split|findall|finditer)"),
        (0,),
        ("pattern",),
        Control.OUTSIDE,
    ),
    Sink(
        LOG,
        Danger.LOG,
        _named(
            r"(?:.*\.)?(?:logging|logger|log|LOG|LOGGER|_logger|app\.logger)\.(?:debug|info|warning|warn|error|critical|exception)|syslog\.syslog"
        ),
        (0, 1, 2),
        ("msg",),
        Control.OUTSIDE,
    ),
    Sink(
        HEADER,
        Danger.HEADER,
        _named(r".*\.(?:send_header|set_header|add_header|putheader)|.*\.headers\.(?:add|set|append)"),
        (1,),
        ("value",),
        Control.OUTSIDE,
    ),
    Sink(
        LDAP,
        Danger.LDAP,
        _named(r".*\.(?:search_s|search_st|search_ext|search_ext_s)"),
        (2,),
        ("filterstr",),
        Control.UNKNOWN,
        True,
    ),
    Sink(XPATH, Danger.XPATH, _named(r".*\.xpath|lxml\.etree\.XPath"), (0,), ("_path", "path"), Control.CALLER, True),
    Sink(
        IMPORT,
        Danger.CODE,
        _named(r"__import__|importlib\.import_module|imp\.load_source|runpy\.run_(?:path|module)"),
        (0, 1),
        ("name",),
        Control.OUTSIDE,
    ),
)
SHELLS = _named(
    _RUNNERS
    + r"|(?:run|call|check_call|check_output|Popen|execute)|.*\.(?:Popen|check_output|check_call|run|call|execute)"
)
"""Calls that take `shell=True`; alone they are no sink."""
STRINGLY = _named(_RUNNERS)
"""Calls for which a command in one string is a sign of a shell to come."""


def sinks_of(name: str) -> tuple[Sink, ...]:
    """Return what a call of this dotted name can do."""
    found = _CACHE.get(name)
    if found is None:
        found = tuple(sink for sink in SINKS if sink.names.match(name))
        if len(_CACHE) < _CACHE_LIMIT:
            _CACHE[name] = found
    return found


_CACHE: dict[str, tuple[Sink, ...]] = {}
_CACHE_LIMIT = 20_000
