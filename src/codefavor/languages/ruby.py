"""Ruby."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.grammar import Grammar
from codefavor.languages.language import Language

_GRAMMAR = Grammar(
    names=("ruby",),
    functions=frozenset({"method", "singleton_method"}),
    identifiers=frozenset({"identifier", "constant", "instance_variable", "class_variable", "global_variable"}),
    owners={"class": "name", "module": "name"},
    verbatim=frozenset(
        {"string", "heredoc_body", "regex", "subshell", "string_array", "symbol_array", "delimited_symbol", "character"}
    ),
    name_fields=("name",),
    directive=r"# *(?:frozen_string_literal|encoding|coding):",
)

RUBY = Language(
    name="ruby",
    title="Ruby",
    aliases=("rb",),
    suffixes=(".rb",),
    lexer="ruby",
    syntax=AstGrepSyntax("Ruby", _GRAMMAR),
)
