"""C."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.grammar import Grammar
from codefavor.languages.language import Language

IDENTIFIERS = frozenset({"identifier", "field_identifier", "type_identifier", "statement_identifier"})
VERBATIM = frozenset({"string_literal", "char_literal", "raw_string_literal", "system_lib_string"})
MACRO_TEXT = frozenset({"preproc_arg"})

_GRAMMAR = Grammar(
    names=("c",),
    functions=frozenset({"function_definition"}),
    identifiers=IDENTIFIERS,
    verbatim=VERBATIM,
    macro_text=MACRO_TEXT,
    preprocessed=True,
    name_fields=("declarator",),
)

C = Language(
    name="c",
    title="C",
    aliases=("c99", "c11", "c17", "c89", "ansi c"),
    suffixes=(".c", ".h"),
    lexer="c",
    syntax=AstGrepSyntax("C", _GRAMMAR),
)
