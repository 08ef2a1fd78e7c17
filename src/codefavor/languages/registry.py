"""The languages that codefavor knows: found by name, by file suffix and by fence tag.

Other packages add languages by the entry-point group `codefavor.languages`; a built-in name cannot be taken.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import PurePath

from codefavor.errors import UserError
from codefavor.languages.c import C
from codefavor.languages.cpp import CPP
from codefavor.languages.csharp import CSHARP
from codefavor.languages.go import GO
from codefavor.languages.java import JAVA
from codefavor.languages.javascript import JAVASCRIPT
from codefavor.languages.kotlin import KOTLIN
from codefavor.languages.language import Language
from codefavor.languages.php import PHP
from codefavor.languages.python.language import PYTHON
from codefavor.languages.ruby import RUBY
from codefavor.languages.rust import RUST
from codefavor.languages.typescript import TYPESCRIPT
from codefavor.plugins import Plugin, all_plugins

BUILT_IN: tuple[Language, ...] = (
    *(PYTHON, JAVASCRIPT, TYPESCRIPT, JAVA, C, CPP),
    *(CSHARP, GO, RUST, RUBY, PHP, KOTLIN),
)
"""The languages that come with codefavor."""

OWN_NAMES = frozenset(name for language in BUILT_IN for name in language.names)
"""The names that no other package can take."""


def find_language(name: str) -> Language | None:
    """Return the language of a name or fence tag, whatever its case; None where it is not known.

    Raises:
        PluginError: a language of another package is broken.
    """
    wanted = " ".join(name.split()).lower()
    return _by_name(BUILT_IN).get(wanted) or _by_name(_added()).get(wanted)


def language_named(name: str) -> Language:
    """Return the language of a name.

    Raises:
        UserError: no language is called that.
        PluginError: a language of another package is broken.
    """
    if found := find_language(name):
        return found
    known = ", ".join(language.name for language in known_languages())
    raise UserError(f"no language is called {name!r}; known are {known}")


def canonical_name(name: str) -> str:
    """Return how records write the language `name`: its canonical name; an unknown one in lower case."""
    found = find_language(name)
    return found.name if found else " ".join(name.split()).lower()


def title_of(name: str) -> str:
    """Return the name of a language as sentences write it; an unknown one as it is."""
    found = find_language(name)
    return found.title if found else name


def parses(code: str, language: str) -> bool:
    """Return whether `code` parses in the language of that name; what cannot be parsed here is taken to."""
    found = find_language(language)
    return found is None or found.syntax.check(code) is None


def language_of_path(path: PurePath) -> Language | None:
    """Return the language of a file by its suffix; None where the suffix is not known."""
    suffix = path.suffix.lower()
    if not suffix:
        return None
    return next((language for language in BUILT_IN if suffix in language.suffixes), None) or next(
        (language for language in _added() if suffix in language.suffixes), None
    )


def language_of_paths(paths: Iterable[PurePath]) -> Language | None:
    """Return the one language of several files; None where no suffix is known.

    Raises:
        UserError: the suffixes belong to different languages.
    """
    found = {path: language for path in paths if (language := language_of_path(path))}
    names = {language.name for language in found.values()}
    if len(names) > 1:
        listed = ", ".join(f"{path} is {language.title}" for path, language in found.items())
        raise UserError(f"the files are in different languages: {listed}; name one with --language if that is wrong")
    return next(iter(found.values()), None)


def known_languages() -> tuple[Language, ...]:
    """Return the built-in languages, and those that other packages add.

    Raises:
        PluginError: a language of another package is broken.
    """
    return (*BUILT_IN, *_added())


@cache
def _added() -> tuple[Language, ...]:
    return tuple(_load(plugin) for plugin in all_plugins("language"))


def _load(plugin: Plugin) -> Language:
    loaded = plugin.load()
    if not isinstance(loaded, Language):
        raise plugin.fault(f"{plugin.entry.value} is a {type(loaded).__name__}, not a Language")
    taken = OWN_NAMES & loaded.names
    if taken:
        raise plugin.fault(f"the name {min(taken)!r} is codefavor's own")
    return loaded


@cache
def _by_name(languages: tuple[Language, ...]) -> dict[str, Language]:
    return {name: language for language in languages for name in language.names}
