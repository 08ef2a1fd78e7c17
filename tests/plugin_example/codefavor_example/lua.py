"""The language Lua: its names, and what ast-grep's grammar calls things."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.grammar import Grammar
from codefavor.languages.language import Language

GRAMMAR = Grammar(
    names=("lua",),
    functions=frozenset({"function_declaration"}),
    identifiers=frozenset({"identifier"}),
    verbatim=frozenset({"string"}),
)

LUA = Language(
    name="lua",
    title="Lua",
    aliases=("luau",),
    suffixes=(".lua",),
    lexer="lua",
    syntax=AstGrepSyntax("Lua", GRAMMAR),
)
