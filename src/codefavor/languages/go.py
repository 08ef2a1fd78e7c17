"""Go."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.grammar import Grammar
from codefavor.languages.language import Language

_GRAMMAR = Grammar(
    names=("go",),
    functions=frozenset({"function_declaration", "method_declaration"}),
    identifiers=frozenset({"identifier", "field_identifier", "type_identifier", "package_identifier", "label_name"}),
    verbatim=frozenset({"interpreted_string_literal", "raw_string_literal", "rune_literal"}),
    directive=r"//go:|// *\+build|//export ",
)

GO = Language(
    name="go",
    title="Go",
    aliases=("golang",),
    suffixes=(".go",),
    lexer="go",
    syntax=AstGrepSyntax("Go", _GRAMMAR),
)
