"""What ast-grep's grammar of a language calls things: the data that `ast_grep.AstGrepSyntax` reads sources by."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Grammar:
    """The kinds of nodes in the syntax trees of one language."""

    names: tuple[str, ...]
    """ast-grep's names of the grammars, tried in order."""
    functions: frozenset[str]
    """Definitions of functions and methods."""
    identifiers: frozenset[str]
    """Identifiers."""
    comments: frozenset[str] = frozenset({"comment"})
    """Comments."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Types around methods, with the field that holds their name."""
    verbatim: frozenset[str] = frozenset({"string", "string_literal"})
    """Nodes whose inside is text and keeps its blanks: strings, templates, here-documents."""
    macro_text: frozenset[str] = frozenset()
    """Nodes that hold source as unread text, comments included, as the bodies of C's macros."""
    named_by_variable: frozenset[str] = frozenset()
    """Functions without a name of their own, which take that of the variable they are assigned to."""
    wrappers: frozenset[str] = frozenset()
    """Nodes around a function that belong to it: `export`, decorators, `template <...>`."""
    name_fields: tuple[str, ...] = ("name", "declarator")
    """Fields that lead from a function to its name."""
    directive: str | None = None
    """A pattern of comments that the compiler reads; they stay where others are stripped."""
    preprocessed: bool = False
    """Whether a preprocessor reads the source first, so that right code may not parse; comments are stripped anyway."""
