"""Kotlin."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.grammar import Grammar
from codefavor.languages.language import Language

_GRAMMAR = Grammar(
    names=("kotlin",),
    functions=frozenset({"function_declaration"}),
    identifiers=frozenset({"simple_identifier", "type_identifier"}),
    comments=frozenset({"line_comment", "multiline_comment"}),
    owners={"class_declaration": "name", "object_declaration": "name"},
    verbatim=frozenset({"string_literal", "character_literal"}),
)

KOTLIN = Language(
    name="kotlin",
    title="Kotlin",
    aliases=("kt", "kts"),
    suffixes=(".kt", ".kts"),
    lexer="kotlin",
    syntax=AstGrepSyntax("Kotlin", _GRAMMAR),
)
