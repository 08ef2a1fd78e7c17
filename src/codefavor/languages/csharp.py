"""C#."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.grammar import Grammar
from codefavor.languages.language import Language

_TYPES = ("class_declaration", "struct_declaration", "interface_declaration", "record_declaration")

_GRAMMAR = Grammar(
    names=("csharp",),
    functions=frozenset({"method_declaration", "constructor_declaration", "local_function_statement"}),
    identifiers=frozenset({"identifier"}),
    owners=dict.fromkeys((*_TYPES, "namespace_declaration"), "name"),
    verbatim=frozenset(
        {
            "string_literal",
            "character_literal",
            "verbatim_string_literal",
            "raw_string_literal",
            "interpolated_string_expression",
        }
    ),
    wrappers=frozenset({"global_statement"}),
)

CSHARP = Language(
    name="csharp",
    title="C#",
    aliases=("cs", "c sharp", "dotnet"),
    suffixes=(".cs", ".csx"),
    lexer="csharp",
    syntax=AstGrepSyntax("C#", _GRAMMAR),
)
