"""Runs all checks, in the order in which things depend on each other."""

import sys
from collections.abc import Mapping

from codefavor import __version__
from codefavor.doctor.check import Diagnosis, diagnose
from codefavor.doctor.core import judge_check, sandbox_checks
from codefavor.doctor.packages import package_checks, python_check
from codefavor.doctor.paths import benchmark_check, cache_check, embedded_check
from codefavor.doctor.plugins import plugin_checks
from codefavor.doctor.programs import accelerator_check, browser_check, git_check, valgrind_check
from codefavor.doctor.secrets import key_check, without_secrets


def examine(environment: Mapping[str, str], deep: bool = False) -> Diagnosis:
    """Return what is installed and what is missing, without any secret of `environment`.

    Args:
        environment: the variables that settings and keys are read from.
        deep: let the default judge compare two codes, which may cost money, ask torch for its devices, and import
            what other packages add.
    """
    checks = [
        python_check(sys.version_info[:3]),
        *package_checks(),
        *sandbox_checks(environment),
        judge_check(environment, deep),
        cache_check(),
        embedded_check(),
        accelerator_check(deep),
        key_check(environment),
        benchmark_check(environment),
        git_check(),
        browser_check(),
        valgrind_check(),
        *plugin_checks(deep),
    ]
    return without_secrets(diagnose(__version__, checks), environment)
