"""Java."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.grammar import Grammar
from codefavor.languages.language import Language

_TYPES = ("class_declaration", "interface_declaration", "enum_declaration", "record_declaration")

_GRAMMAR = Grammar(
    names=("java",),
    functions=frozenset({"method_declaration", "constructor_declaration", "compact_constructor_declaration"}),
    identifiers=frozenset({"identifier", "type_identifier"}),
    comments=frozenset({"line_comment", "block_comment"}),
    owners=dict.fromkeys(_TYPES, "name"),
    verbatim=frozenset({"string_literal", "character_literal", "template_expression"}),
)

JAVA = Language(
    name="java",
    title="Java",
    aliases=(),
    suffixes=(".java",),
    lexer="java",
    syntax=AstGrepSyntax("Java", _GRAMMAR),
)
