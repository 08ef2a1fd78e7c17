"""JavaScript, JSX included."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.grammar import Grammar
from codefavor.languages.language import Language

FUNCTIONS = frozenset(
    {
        "function_declaration",
        "generator_function_declaration",
        "method_definition",
        "arrow_function",
        "function_expression",
        "generator_function",
    }
)
NAMED_BY_VARIABLE = frozenset({"arrow_function", "function_expression", "generator_function"})
WRAPPERS = frozenset(
    {
        "variable_declarator",
        "lexical_declaration",
        "variable_declaration",
        "assignment_expression",
        "expression_statement",
        "export_statement",
    }
)
IDENTIFIERS = frozenset(
    {
        "identifier",
        "property_identifier",
        "private_property_identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
    }
)
VERBATIM = frozenset({"string", "template_string", "regex", "jsx_text", "html_comment"})

_GRAMMAR = Grammar(
    names=("javascript",),
    functions=FUNCTIONS,
    identifiers=IDENTIFIERS,
    owners={"class_declaration": "name", "class": "name"},
    verbatim=VERBATIM,
    named_by_variable=NAMED_BY_VARIABLE,
    wrappers=WRAPPERS,
)

JAVASCRIPT = Language(
    name="javascript",
    title="JavaScript",
    aliases=("js", "jsx", "mjs", "cjs", "node", "nodejs", "node.js", "ecmascript", "es6"),
    suffixes=(".js", ".mjs", ".cjs", ".jsx"),
    lexer="javascript",
    syntax=AstGrepSyntax("JavaScript", _GRAMMAR),
    runs=True,
)
