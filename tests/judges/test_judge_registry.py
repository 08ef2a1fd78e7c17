"""Kinds of judges: each says of itself what help, doctor and the loader show, and says it truly."""

from pathlib import Path

import pytest

from codefavor.errors import ModelError
from codefavor.judges.card import JudgeCard, write_card
from codefavor.judges.kind import JudgeKind
from codefavor.judges.load import load_judge
from codefavor.judges.objective import OBJECTIVES, objective_named
from codefavor.judges.one_order import order_invariant
from codefavor.judges.registry import KINDS, KNOWN_SPECS, OWN_NAMES, kind_named, loads_weights, runs_code


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_is_found_by_its_name_and_says_how_it_is_asked_for(kind: JudgeKind) -> None:
    assert kind_named(kind.name) is kind and kind.name in OWN_NAMES
    assert all(form.partition(":")[0] == kind.name and form in KNOWN_SPECS for form in kind.forms)
    assert kind.description.endswith(".")
    assert (kind.extra is None) == (not kind.loads_weights)


def test_names_are_given_once() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert len({objective.name for objective in OBJECTIVES}) == len(OBJECTIVES)


@pytest.mark.parametrize("spec", ["shorter", "longer", "first", "chance:3", "evidence", "cascade:first>shorter"])
def test_what_a_kind_says_of_order_is_what_its_judges_say(spec: str) -> None:
    kind = kind_named(spec.partition(":")[0])
    assert kind is not None and kind.order_invariant == order_invariant(load_judge(spec))


def test_which_judges_run_code_and_load_weights_is_told_by_their_specs(tmp_path: Path) -> None:
    write_card(tmp_path, JudgeCard(objective="linear", format="0" * 16, comments="stripped"))
    running = ["evidence", "grounded", "grounded:shorter", "cascade:shorter>evidence", "of-another-package:x"]
    assert [spec for spec in running if not runs_code(spec)] == []
    still = ["shorter", f"model:{tmp_path}", f"int8:model:{tmp_path}", "likelihood:embedded", "cascade:shorter>first"]
    assert [spec for spec in (*still, "model:nowhere", "cascade:nowhere.json", "chat:a/b") if runs_code(spec)] == []
    assert all(map(loads_weights, ["model:x", "grounded:model:x", "cascade:evidence>scores:x", "bf16:model:x"]))
    assert not any(map(loads_weights, ["evidence", "grounded:shorter", "cascade:shorter>evidence", "chance:1"]))


def test_an_objective_that_is_not_known_is_refused_by_name(tmp_path: Path) -> None:
    write_card(tmp_path, JudgeCard(objective="magic", format="0" * 16, comments="stripped"))
    with pytest.raises(ModelError, match="no objective is called 'magic'; known are classification, "):
        load_judge(f"model:{tmp_path}")
    assert objective_named("linear").extra is None
