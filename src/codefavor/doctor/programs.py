"""Programs and devices beside Python: git, a browser, valgrind, accelerators."""

import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from codefavor.doctor.check import Check
from codefavor.doctor.packages import installed_version

BROWSER = Path("/usr/bin/chromium")
"""Where the tests of pages look for a browser."""
_DEVICES = {"NVIDIA": "nvidia[0-9]*", "AMD": "kfd"}
"""The files in /dev by which a kernel driver shows its accelerators."""
_ASK_TORCH = """
import json, torch
cuda = [torch.cuda.get_device_name(n) for n in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
print(json.dumps(cuda + (["Apple GPU"] if torch.backends.mps.is_available() else [])))
"""
_PATIENCE = 300


def git_check() -> Check:
    """Return whether git is installed."""
    return _program("git", "review and evolving from commits need it", "apt-get install git")


def valgrind_check() -> Check:
    """Return whether valgrind is installed."""
    return _program(
        "valgrind", "one benchmark of the work counts needs it, and nothing else", "apt-get install valgrind"
    )


def _program(name: str, needed_by: str, fix: str) -> Check:
    path = shutil.which(name)
    if path is None:
        return Check(part=name, state="missing", detail=f"not found; {needed_by}", fix=fix)
    ran = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        return Check(part=name, state="broken", detail=f"{path} --version fails; {needed_by}", fix=fix)
    return Check(part=name, state="ok", detail=ran.stdout.strip().splitlines()[0])


def browser_check() -> Check:
    """Return whether the tests of pages can be run."""
    driver = installed_version("playwright")
    if BROWSER.exists() and driver:
        return Check(part="browser", state="ok", detail=f"{BROWSER}, playwright {driver}")
    faults = [] if BROWSER.exists() else [f"no {BROWSER}"]
    faults += [] if driver else ["playwright is not installed"]
    fix = "apt-get install chromium && pip install 'codefavor[dev]'"
    return Check(part="browser", state="missing", detail=f"{'; '.join(faults)}; only tests of pages need it", fix=fix)


def accelerator_check(deep: bool) -> Check:
    """Return what trained judges would run on, by the version of torch and the devices, or, `deep`, as torch says."""
    version = installed_version("torch")
    seen = _devices()
    if version is None:
        detail = f"torch is not installed; devices: {', '.join(seen) or 'the processor only'}"
        return Check(part="accelerators", state="missing", detail=detail, fix="pip install 'codefavor[train]'")
    if deep:
        return _ask_torch(version)
    if version.endswith("+cpu") and seen:
        detail = f"{', '.join(seen)}, but torch {version} is built for the processor only"
        return Check(
            part="accelerators", state="broken", detail=detail, fix="install the build of torch for your device"
        )
    detail = f"torch {version}; devices: {', '.join(seen) or 'the processor only'}"
    return Check(part="accelerators", state="ok", detail=detail)


def _devices() -> list[str]:
    found = [maker for maker, pattern in _DEVICES.items() if any(Path("/dev").glob(pattern))]
    return [*found, *(["Apple GPU"] if (sys.platform, platform.machine()) == ("darwin", "arm64") else [])]


def _ask_torch(version: str) -> Check:
    # In a process of its own: a build of torch that does not fit its driver may take the process with it.
    try:
        ran = subprocess.run(
            [sys.executable, "-c", _ASK_TORCH], capture_output=True, text=True, check=True, timeout=_PATIENCE
        )
        devices = json.loads(ran.stdout.strip().splitlines()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError):
        detail, fix = f"torch {version} cannot be imported", "pip install --force-reinstall torch"
        return Check(part="accelerators", state="broken", detail=detail, fix=fix)
    detail = f"torch {version} sees {', '.join(devices) or 'the processor only'}"
    return Check(part="accelerators", state="ok", detail=detail)
