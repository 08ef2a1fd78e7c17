"""Programs under callgrind (`apt-get install valgrind`), which counts the machine instructions that they take."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path


def count_instructions(before: str, repeated: str, times: int) -> int:
    """Return the machine instructions of a run of Python that executes `before` once and then `repeated` `times`."""
    program = f"{before}\ndef again():\n    {repeated}\nfor _ in range({times}):\n    again()\n"
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder, "program.py"), Path(folder, "out")
        file.write_text(program, encoding="utf-8")
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
        environment = {"PYTHONHASHSEED": "0", "PATH": os.environ["PATH"]}
        command = [*tool, sys.executable, "-I", "-S", str(file)]
        subprocess.run(command, check=True, capture_output=True, env=environment, timeout=600)
        totals = next(
            line for line in out.read_text(encoding="utf-8").splitlines() if line.startswith(("totals:", "summary:"))
        )
    return int(totals.split()[1])


def instructions_of(before: str, repeated: str, calls: int) -> float:
    """Return the machine instructions of executing `repeated` once, from `1 + calls` executions less one."""
    return (count_instructions(before, repeated, 1 + calls) - count_instructions(before, repeated, 1)) / calls
