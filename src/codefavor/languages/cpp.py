"""C++."""

from codefavor.languages.ast_grep import AstGrepSyntax
from codefavor.languages.c import IDENTIFIERS, MACRO_TEXT, VERBATIM
from codefavor.languages.grammar import Grammar
from codefavor.languages.language import Language

_OWNERS = ("class_specifier", "struct_specifier", "union_specifier", "namespace_definition")

_GRAMMAR = Grammar(
    names=("cpp",),
    functions=frozenset({"function_definition"}),
    identifiers=IDENTIFIERS | {"namespace_identifier"},
    owners=dict.fromkeys(_OWNERS, "name"),
    verbatim=VERBATIM,
    macro_text=MACRO_TEXT,
    preprocessed=True,
    wrappers=frozenset({"template_declaration"}),
    name_fields=("declarator",),
)

CPP = Language(
    name="cpp",
    title="C++",
    aliases=("cc", "cxx", "c plus plus", "cplusplus", "c++11", "c++14", "c++17", "c++20", "c++23", "hpp"),
    suffixes=(".cpp", ".cc", ".cxx", ".c++", ".hpp", ".hh", ".hxx", ".h++", ".ipp"),
    lexer="cpp",
    syntax=AstGrepSyntax("C++", _GRAMMAR),
)
