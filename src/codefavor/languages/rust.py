"""Rust."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.grammar import Grammar
from codefavor.languages.language import Language

_GRAMMAR = Grammar(
    names=("rust",),
    functions=frozenset({"function_item"}),
    identifiers=frozenset({"identifier", "field_identifier", "type_identifier", "shorthand_field_identifier"}),
    comments=frozenset({"line_comment", "block_comment"}),
    owners={"impl_item": "type", "trait_item": "name", "mod_item": "name"},
    verbatim=frozenset({"string_literal", "raw_string_literal", "char_literal"}),
)

RUST = Language(
    name="rust",
    title="Rust",
    aliases=("rs",),
    suffixes=(".rs",),
    lexer="rust",
    syntax=AstGrepSyntax("Rust", _GRAMMAR),
)
