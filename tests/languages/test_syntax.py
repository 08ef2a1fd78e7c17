"""What every language does with its source, and what no source makes it do."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from language_samples import BROKEN, SAMPLES

from codefavor.languages.registry import BUILT_IN, language_named
from codefavor.languages.source import Unparsable

LANGUAGES = [language.name for language in BUILT_IN]


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_sample_parses_and_a_broken_one_names_its_line(name: str) -> None:
    syntax = language_named(name).syntax
    assert syntax.check(SAMPLES[name]) is None and syntax.is_program(SAMPLES[name])
    problem = syntax.check(f"\n{BROKEN[name]}" if name != "php" else BROKEN[name])
    assert problem and problem.reason and problem.line is not None and 1 <= problem.line <= 4
    assert not syntax.is_program(BROKEN[name])


@pytest.mark.parametrize("name", LANGUAGES)
def test_comments_go_and_strings_stay(name: str) -> None:
    syntax = language_named(name).syntax
    stripped = syntax.strip_comments(SAMPLES[name])
    assert stripped.parses and stripped.kept is None
    assert "ote" not in stripped.code and stripped.code.count("kept") == SAMPLES[name].count("kept")
    assert syntax.check(stripped.code) is None
    assert syntax.strip_comments(stripped.code).code == stripped.code


@pytest.mark.parametrize("name", LANGUAGES)
def test_comments_and_blanks_make_no_difference(name: str) -> None:
    syntax = language_named(name).syntax
    mark = "#" if name in ("python", "ruby") else "//"
    lines = SAMPLES[name].splitlines()
    commented = "\n".join((*lines, f"{mark} another", "", "")) + "\n"
    assert syntax.strip_comments(commented).code == syntax.strip_comments(SAMPLES[name]).code


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_does_not_parse_keeps_its_text(name: str) -> None:
    stripped = language_named(name).syntax.strip_comments(BROKEN[name])
    assert stripped.code.strip() == BROKEN[name].strip() and not stripped.parses
    # Code with macros may be right and not parse: its comments go all the same.
    assert (stripped.kept is None) == (name in ("c", "cpp"))


def test_macros_keep_their_lines_and_lose_their_comments() -> None:
    macro = "#define LOOP(X)    \\\n  do { X; /* note */   \\\n  } while (0)\n"
    code = f"{macro}\nFOREACH(x, xs) f(x); // note\nint g(void) {{{{ return; }}\n"
    stripped = language_named("c").syntax.strip_comments(code)
    assert stripped.code == (
        "#define LOOP(X) \\\n  do { X; \\\n  } while (0)\nFOREACH(x, xs) f(x);\nint g(void) {{ return; }\n"
    )


@pytest.mark.parametrize("name", LANGUAGES)
def test_functions_are_found_with_their_lines(name: str) -> None:
    found = language_named(name).syntax.functions(SAMPLES[name])
    assert not isinstance(found, Unparsable)
    (function,) = [function for function in found if function.name == "add"]
    lines = SAMPLES[name].splitlines()[function.first_line - 1 : function.last_line]
    assert lines[0].strip().startswith(function.source.splitlines()[0].strip())
    assert function.qualified_name == ("Sum.add" if name in ("java", "csharp") else "add")
    if name in ("python", "javascript", "java", "go", "rust", "php"):
        assert function.documentation and function.documentation.endswith("Note.")


@pytest.mark.parametrize("name", LANGUAGES)
def test_identifiers_are_those_of_the_code(name: str) -> None:
    found = language_named(name).syntax.identifiers(SAMPLES[name])
    assert not isinstance(found, Unparsable)
    assert "add" in found and "note" not in found and "kept" not in found


@pytest.mark.parametrize("name", LANGUAGES)
@pytest.mark.parametrize("text", ["\ud800", "\0", "(" * 50_000, "[" * 20_000 + "]" * 20_000, "'", "/*", "", "`${`"])
def test_hostile_text_is_answered(name: str, text: str) -> None:
    syntax = language_named(name).syntax
    assert syntax.strip_comments(text).code is not None
    assert isinstance(syntax.functions(text), tuple | Unparsable)
    assert isinstance(syntax.identifiers(text), tuple | Unparsable)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(LANGUAGES), text=st.text(max_size=60))
def test_any_text_is_answered_and_stripping_is_stable(name: str, text: str) -> None:
    syntax = language_named(name).syntax
    stripped = syntax.strip_comments(text)
    assert (syntax.check(text) is None) == stripped.parses
    if stripped.kept is None and stripped.parses:
        assert syntax.strip_comments(stripped.code).code == stripped.code


def test_directives_that_compilers_read_stay() -> None:
    go = language_named("go").syntax.strip_comments("//go:build linux\n// note\npackage a\n")
    assert go.code == "//go:build linux\npackage a\n"
    assert (
        "frozen" in language_named("ruby").syntax.strip_comments("# frozen_string_literal: true\n# note\nx = 1\n").code
    )


def test_a_comment_that_ends_a_statement_leaves_its_line_break() -> None:
    code = "function f() {\n  return /* nothing\n  */ 1;\n}\n"
    assert language_named("javascript").syntax.strip_comments(code).code == "function f() {\n  return\n 1;\n}\n"


@pytest.mark.parametrize(
    ("name", "code", "names"),
    [
        ("javascript", "class K { m() {} }\nconst f = (x) => x;\nx.g = function () {};", ["K.m", "f", "x.g"]),
        ("cpp", "namespace n { struct S { int g() { return 1; } }; }\nint S::h() { return 2; }", ["n.S.g", "S::h"]),
        ("go", "package a\nfunc (r *R) M() {}\nfunc F() {}", ["M", "F"]),
        ("rust", "impl A { fn g(&self) {} }\nmod m { fn h() {} }", ["A.g", "m.h"]),
        ("kotlin", "class A {\n  fun g() {}\n}\n", ["A.g"]),
        ("c", "static int *f(int (*g)(int)) { return 0; }", ["f"]),
        ("php", "function f($x) { return $x; }", ["f"]),
    ],
)  # fmt: skip
def test_methods_carry_the_names_around_them(name: str, code: str, names: list[str]) -> None:
    found = language_named(name).syntax.functions(code)
    assert not isinstance(found, Unparsable)
    assert [function.qualified_name for function in found] == names
