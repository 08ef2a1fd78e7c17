import ast
import json
from pathlib import Path

import pytest

from codefavor.bench.build.rules import fix_by_rules
from codefavor.evidence.findings import find
from codefavor.jsonl import write_rows
from loopback.runs import codefavor


@pytest.mark.parametrize(
    ("insecure", "safe"),
    [
        ("import yaml\nx = yaml.load(open(p), Loader=yaml.Loader)\n", "yaml.safe_load(open(p))"),
        ("import hashlib\nx = hashlib.md5(data).hexdigest()\n", "hashlib.sha256(data)"),
        ("import pickle\nx = pickle.loads(data)\n", "json.loads(data)"),
        (
            "import pickle\nx = pickle.loads(pickle.dumps(data, protocol=2))\n",
            "import json\nx = json.loads(json.dumps(data))",
        ),
        ("import random\ntoken = random.choice(letters)\n", "secrets.SystemRandom().choice(letters)"),
        ("import requests\nx = requests.get(url, timeout=9, verify=False)\n", "verify=True"),
        ('password = "hunter2 ü"; user = "ü"\n', 'password = os.environ["PASSWORD"]; user = "ü"'),
        ('connect(host="h", api_key="0123456789abcdef")\n', 'api_key=os.environ["API_KEY"]'),
        ('settings = {"SECRET-KEY": "0123456789abcdef"}\n', 'os.environ["SECRET_KEY"]'),
        ("x = eval(text)\n", "ast.literal_eval(text)"),
    ],
)
def test_a_rule_replaces_what_is_insecure_and_the_analysers_see_it_gone(insecure: str, safe: str) -> None:
    mended = fix_by_rules(insecure)
    assert mended is not None and safe in mended and ast.parse(mended)
    before, after = (
        {f.rule for f in find(code).findings if f.severity != "low" or f.rule == "B105"} for code in (insecure, mended)
    )
    assert before - after, "nothing was found before, or all of it is still there"


@pytest.mark.parametrize("code", ["x = 1\n", "random = f.random()\n", "def broken(:\n  eval(x)", "passed = 'yes'\n"])
def test_code_that_no_rule_knows_has_no_fix(code: str) -> None:
    assert fix_by_rules(code) is None


def test_a_benchmark_is_built_by_rules_alone(tmp_path: Path) -> None:
    problems, out = tmp_path / "problems.jsonl", tmp_path / "out"
    codes = [
        "import pickle\n\n\ndef f(x):\n    return pickle.loads(x)\n",
        "def f(x):\n    exec(x)\n",
        "def f(x):\n    return x\n",
    ]
    write_rows(problems, ({"id": str(n), "instruction": "Do.", "insecure": code} for n, code in enumerate(codes)))
    built = codefavor("bench", "build", "security", "--problems", problems, "--fixer", "rules", "--out", out)
    assert built.returncode == 0, built.stderr
    assert ": 1 tasks of 1 problems" in built.stdout and "left out: no samples (1)" in built.stdout
    assert json.loads((out / "manifest.json").read_text())["config"]["fixer"] == "rules"
