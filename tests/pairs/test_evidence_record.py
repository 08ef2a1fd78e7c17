"""The evidence record: what it derives from its codes, and what it says to records of before."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from pair_strategies import evidences, make_pair

from codefavor.errors import RecordError
from codefavor.jsonl import read_records
from codefavor.pairs.evidence import CandidateEvidence, Evidence
from codefavor.pairs.fact import Fact, FactCode
from codefavor.pairs.pair import PreferencePair

OLD_SIDE = {"parses": True, "problems": ["It defines no function f."], "examples_passed": 1, "incidents": []}
OLD = {"a": OLD_SIDE, "b": OLD_SIDE, "entry": "f", "inputs": 0, "missing": [], "unsafe": False}


@given(evidences)
def test_evidence_comes_back_from_json_as_it_was_and_swapping_twice_changes_nothing(evidence: Evidence) -> None:
    assert Evidence.model_validate_json(evidence.model_dump_json()) == evidence
    assert evidence.swapped().swapped() == evidence


def test_a_syntax_error_is_what_does_not_parse() -> None:
    broken = CandidateEvidence(facts=(Fact(code=FactCode.SYNTAX_ERROR, message="no"),))
    assert CandidateEvidence().parses and not broken.parses


def test_evidence_of_sentences_is_refused_in_one_that_says_what_to_do(tmp_path: Path) -> None:
    row = make_pair().model_dump(mode="json") | {"evidence": OLD}
    path = tmp_path / "pairs.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(RecordError, match=r"line 1: evidence: .*codefavor 0\.1.*codefavor pairs verify") as refused:
        list(read_records(path, PreferencePair))
    assert "\n" not in str(refused.value) and "more)" not in str(refused.value)
