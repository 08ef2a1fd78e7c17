from pathlib import Path, PurePath

import pytest
from language_samples import BROKEN, SAMPLES

from codefavor.errors import UserError
from codefavor.languages.registry import (
    BUILT_IN,
    canonical_name,
    find_language,
    language_named,
    language_of_path,
    language_of_paths,
    title_of,
)


def test_every_language_has_a_sample() -> None:
    assert {language.name for language in BUILT_IN} == set(SAMPLES) == set(BROKEN)


def test_no_name_and_no_suffix_belongs_to_two_languages() -> None:
    names = [name for language in BUILT_IN for name in language.names]
    suffixes = [suffix for language in BUILT_IN for suffix in language.suffixes]
    assert len(names) == len(set(names)) and len(suffixes) == len(set(suffixes))
    assert all(name == name.lower() for name in names)


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("py", "python"),
        ("Python 3", "python"),
        ("  PYTHON ", "python"),
        ("js", "javascript"),
        ("C++", "cpp"),
        ("c#", "csharp"),
        ("golang", "go"),
        ("Haskell", "haskell"),
    ],
)
def test_names_are_read_in_any_form(name: str, canonical: str) -> None:
    assert canonical_name(name) == canonical


def test_an_unknown_language_is_refused_by_name() -> None:
    assert find_language("haskell") is None and title_of("Haskell") == "Haskell" and title_of("cpp") == "C++"
    with pytest.raises(UserError, match="no language is called 'haskell'; known are python, javascript,"):
        language_named("haskell")


def test_the_language_of_files_is_found_by_their_suffixes() -> None:
    found = language_of_path(PurePath("a/b.TSX"))
    assert found and found.name == "typescript"
    assert language_of_path(PurePath("Makefile")) is None and language_of_path(PurePath("a.txt")) is None
    one = language_of_paths([Path("a.hpp"), Path("b.txt"), Path("c.cc")])
    assert one and one.name == "cpp"
    with pytest.raises(UserError, match=r"different languages: a\.py is Python, b\.js is JavaScript; .*--language"):
        language_of_paths([Path("a.py"), Path("b.js")])
