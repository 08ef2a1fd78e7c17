"""How prompts speak of a language."""

from codefavor.languages.language import Language

_VERSIONS = {"python": "Python 3"}
"""Languages whose name alone leaves open which of two incompatible ones is meant."""


def with_version(language: Language) -> str:
    """Return the name of a language with its version where the name alone is ambiguous: "Python 3", "Go"."""
    return _VERSIONS.get(language.name, language.title)


def with_article(language: Language) -> str:
    """Return the name of a language after its article: "a Go", "an Elixir"."""
    return f"{'an' if language.title[0] in 'AEIOU' else 'a'} {language.title}"
