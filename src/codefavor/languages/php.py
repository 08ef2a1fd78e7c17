"""PHP, with its opening tag or without."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.grammar import Grammar
from codefavor.languages.language import Language

_TYPES = ("class_declaration", "interface_declaration", "trait_declaration", "enum_declaration")

_GRAMMAR = Grammar(
    names=("php",),
    functions=frozenset({"function_definition", "method_declaration"}),
    identifiers=frozenset({"name", "variable_name"}),
    owners=dict.fromkeys(_TYPES, "name"),
    verbatim=frozenset({"string", "encapsed_string", "heredoc", "nowdoc", "shell_command_expression", "text"}),
)

PHP = Language(
    name="php",
    title="PHP",
    aliases=("php7", "php8"),
    suffixes=(".php",),
    lexer="php",
    syntax=AstGrepSyntax("PHP", _GRAMMAR),
)
