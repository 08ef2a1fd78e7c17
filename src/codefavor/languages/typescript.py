"""TypeScript, TSX included."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.grammar import Grammar
from codefavor.languages.javascript import FUNCTIONS, IDENTIFIERS, NAMED_BY_VARIABLE, VERBATIM, WRAPPERS
from codefavor.languages.language import Language

_GRAMMAR = Grammar(
    names=("typescript", "tsx"),
    functions=FUNCTIONS,
    identifiers=IDENTIFIERS | {"type_identifier"},
    owners={
        "class_declaration": "name",
        "abstract_class_declaration": "name",
        "class": "name",
        "internal_module": "name",
    },
    verbatim=VERBATIM,
    named_by_variable=NAMED_BY_VARIABLE,
    wrappers=WRAPPERS,
    directive=r"// *@ts-|/// *<",
)

TYPESCRIPT = Language(
    name="typescript",
    title="TypeScript",
    aliases=("ts", "tsx", "mts", "cts"),
    suffixes=(".ts", ".mts", ".cts", ".tsx"),
    lexer="typescript",
    syntax=AstGrepSyntax("TypeScript", _GRAMMAR),
)
