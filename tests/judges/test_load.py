import subprocess
import sys
from pathlib import Path

import pytest

from codefavor.errors import MissingExtraError, ModelError, UserError
from codefavor.judges import kind
from codefavor.judges.card import JudgeCard, write_card
from codefavor.judges.load import default_spec, judge_files, load_judge


def card_in(folder: Path) -> Path:
    folder.mkdir()
    write_card(folder, JudgeCard(objective="classification", format="0" * 16, comments="stripped"))
    (folder / "weights.bin").write_bytes(b"w")
    for about_training in ("README.md", "manifest.json", "training.jsonl"):
        (folder / about_training).touch()
    return folder


@pytest.mark.parametrize("spec", ["shorter", "longer", "first", "chance:7"])
def test_judges_without_a_model_are_named_by_their_spec(spec: str) -> None:
    assert load_judge(spec).name == spec
    assert judge_files(spec) == ()


@pytest.mark.parametrize("spec", ["", "short", "shorter:1", "chance", "chance:", "chance:-1", "chance:x", "model:"])
def test_an_unknown_spec_is_refused_with_the_known_ones(spec: str) -> None:
    with pytest.raises(UserError, match="known are shorter, longer"):
        load_judge(spec)


def test_a_folder_without_a_card_is_no_judge(tmp_path: Path) -> None:
    for spec in (f"model:{tmp_path}", f"model:{tmp_path / 'none'}"):
        with pytest.raises(ModelError):
            load_judge(spec)
        with pytest.raises(ModelError):
            judge_files(spec)


def test_the_files_of_a_trained_judge_are_those_that_decide(tmp_path: Path) -> None:
    folder = card_in(tmp_path / "judge")
    assert [path.name for path in judge_files(f"model:{folder}")] == ["judge.json", "weights.bin"]


def test_a_missing_package_names_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(module: str) -> None:
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    monkeypatch.setattr(kind, "import_module", absent)
    with pytest.raises(MissingExtraError, match=r"torch is not installed; run: pip install 'codefavor\[train\]'"):
        load_judge(f"model:{card_in(tmp_path / 'judge')}")


def test_the_default_judge_is_the_environments_then_the_users(tmp_path: Path) -> None:
    home = {"XDG_DATA_HOME": str(tmp_path)}
    assert default_spec(home) == "grounded"
    (tmp_path / "codefavor" / "judge").mkdir(parents=True)
    assert default_spec(home) == f"grounded:model:{tmp_path}/codefavor/judge"
    assert default_spec(home | {"CODEFAVOR_JUDGE": "shorter"}) == "shorter"


def test_loading_a_judge_without_a_model_imports_no_torch() -> None:
    code = (
        "import sys; from codefavor.judges.load import load_judge; load_judge('shorter'); print('torch' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_only_judges_that_can_are_loaded_in_another_precision(tmp_path: Path) -> None:
    write_card(tmp_path, JudgeCard(objective="linear", format="0" * 16, comments="stripped"))
    with pytest.raises(UserError, match="a linear judge is read in fp32 only; int8 is for class"):
        load_judge(f"int8:model:{tmp_path}")
    with pytest.raises(UserError, match="no judge is called 'int8:shorter'"):
        load_judge("int8:shorter")
