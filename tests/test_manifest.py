import hashlib
import platform
from pathlib import Path

import pytest

from codefavor.errors import DataError
from codefavor.manifest import Manifest, hash_file, make_manifest


def test_a_manifest_names_inputs_by_hash_and_what_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    data = tmp_path / "pairs.jsonl"
    data.write_bytes(b"{}\n")
    manifest = make_manifest("train --seed 3", {"epochs": 2}, [data], seed=3)
    assert manifest.inputs == {str(data): hashlib.sha256(b"{}\n").hexdigest()}
    assert manifest.versions["python"] == platform.python_version()
    assert (manifest.command, manifest.config, manifest.seed) == ("train --seed 3", {"epochs": 2}, 3)
    assert "sk-very-secret" not in manifest.model_dump_json()
    assert Manifest.model_validate_json(manifest.model_dump_json()) == manifest


def test_a_missing_input_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="none.jsonl: No such file"):
        hash_file(tmp_path / "none.jsonl")
    with pytest.raises(DataError, match="Is a directory"):
        make_manifest("x", {}, [tmp_path], seed=None)
