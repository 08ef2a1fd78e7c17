import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def benchmark() -> Path:
    """The folder of CodePrefBench, named by CODEFAVOR_BENCH or beside the checkout."""
    folder = Path(os.environ.get("CODEFAVOR_BENCH") or Path(__file__).parents[3] / "shared" / "codeprefbench")
    if not folder.is_dir():
        pytest.skip("CodePrefBench is not here; name its folder in CODEFAVOR_BENCH")
    return folder
