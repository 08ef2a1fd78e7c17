import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_cases import CASES

from codefavor.evidence.findings import Findings, compare_findings, find

DEEP = 5_000


def test_bandits_grades_are_kept() -> None:
    found = {finding.rule: finding for finding in find("import subprocess\nsubprocess.run(x, shell=True)\n").findings}
    assert (found["B602"].severity, found["B602"].confidence, found["B602"].cwe) == ("high", "high", 78)


def test_a_nosec_comment_hides_nothing() -> None:
    assert any(
        finding.rule == "B602"
        for finding in find("import subprocess\nsubprocess.run(x, shell=True)  # nosec\n").findings
    )


def test_says_how_the_text_was_read_and_who_looked() -> None:
    found = find("print 'x'\n")
    assert found.parsed_as == "python2"
    assert found.analysers == ("text", "rules", "bandit")


def test_a_key_is_seen_even_in_what_is_no_program() -> None:
    found = find("?\n-----BEGIN PRIVATE KEY-----\n")
    assert found.parsed_as == "not parsed"
    assert found.analysers == ("text",)
    assert [(finding.rule, finding.line) for finding in found.findings] == [("key-material", 2)]


def test_the_line_is_the_candidates_own() -> None:
    found = find("        )\n        go()\n        os.system(command)\n")
    assert {finding.line for finding in found.findings if finding.rule == "command-injection"} == {3}


def test_the_same_text_has_the_same_findings() -> None:
    for _, bad, _ in CASES:
        assert find(bad) == find(bad)


@pytest.mark.parametrize(
    "code",
    [
        "(" * DEEP,
        "-" * DEEP + "1",
        "x = " + "+".join("a" * DEEP),
        "a" + ".b" * DEEP,
        "x = " + "[" * 90 + "]" * 90,
        "a" + "()" * DEEP,
        "\x00" * 50,
        "if x:\n" * 200,
        "not " * DEEP + "x",
        "x" + "[0]" * DEEP,
        "f'" + "{" * DEEP,
    ],
)
def test_survives_what_is_deeply_nested(code: str) -> None:
    assert isinstance(find(code), Findings)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=150), st.sampled_from(CASES), st.integers(0, 200))
def test_survives_any_text(noise: str, case: tuple[str, str, str], position: int) -> None:
    code = case[1][:position] + noise + case[1][position:]
    assert isinstance(find(code), Findings)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CASES), st.sampled_from(CASES))
def test_swapping_the_candidates_swaps_the_answer(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    a, b = find(one[1]), find(other[1])
    straight, swapped = compare_findings(a, b), compare_findings(b, a)
    assert swapped.cleaner == {"A": "B", "B": "A", None: None}[straight.cleaner]
    assert (swapped.weight_a, swapped.weight_b) == (straight.weight_b, straight.weight_a)
    assert swapped.reasons == straight.reasons
