"""A cluster of this machine is nobody else's: its ports let their callers run code."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from loopback.sockets import MARK


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's table of sockets")
def test_a_cluster_of_this_machine_listens_on_loopback_only() -> None:
    tests = Path(__file__).parent
    path = os.pathsep.join([str(tests.parent / "src"), str(tests)])
    environment = {**os.environ, "PYTHONPATH": path, MARK: uuid.uuid4().hex}
    command = [sys.executable, "-m", "loopback.sockets"]
    seen = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert seen.stdout.strip() == "open:"
