import pytest
from rule_cases import CASES

from codefavor.evidence.findings import compare_findings, find

REPAIRS = [
    (
        "a constant shell line becomes a program with arguments",
        "import os\nos.system('ls /tmp/*.py | wc -l > tests.lst')\n",
        "import glob\nimport subprocess\ntry:\n    subprocess.run(['wc', '-l', *glob.glob('/srv/*.py')], check=True)\n"
        "except subprocess.CalledProcessError as e:\n    print('failed', e)\n",
    ),
    (
        "one shell call becomes many calls without a shell",
        "import os\nos.system('make clean && make && make install PREFIX=%s' % prefix)\n",
        "import subprocess\nsubprocess.run(['make', 'clean'])\nsubprocess.run(['make'])\n"
        "subprocess.run(['make', 'install', 'PREFIX=' + prefix])\n",
    ),
    (
        "the shell stays, the argument is quoted",
        "import subprocess\ndef f(name):\n    subprocess.call('tar xf %s' % name, shell=True)\n",
        "import subprocess, shlex\ndef f(name):\n    name = shlex.quote(name)\n"
        "    subprocess.call('tar xf %s' % name, shell=True)\n",
    ),
    (
        "os.popen becomes check_output with a split line",
        "import os\ndef f(cmd):\n    return os.popen(cmd).read()\n",
        "import shlex, subprocess\ndef f(cmd):\n    return subprocess.check_output(shlex.split(cmd), text=True)\n",
    ),
    (
        "the name of a table is checked",
        "def f(cur, table):\n    cur.execute('SELECT * FROM %s' % table)\n",
        "def f(cur, table):\n    if not table.isidentifier():\n        raise ValueError(table)\n"
        "    cur.execute('SELECT * FROM %s' % table)\n",
    ),
    (
        "placeholders are counted, values are bound",
        "def f(cur, ids):\n    cur.execute('DELETE FROM t WHERE id IN (%s)' % ','.join(ids))\n",
        "def f(cur, ids):\n    marks = ','.join(['?'] * len(ids))\n"
        "    cur.execute('DELETE FROM t WHERE id IN (%s)' % marks, ids)\n",
    ),
    (
        "eval is fenced",
        "def f(x):\n    return eval(x)\n",
        "def f(x):\n    allowed = {'abs': abs}\n    return eval(x, {'__builtins__': None}, allowed)\n",
    ),
    (
        "eval becomes a table of functions",
        "def f(op, a, b):\n    return eval('%s %s %s' % (a, op, b))\n",
        "import operator\ndef f(op, a, b):\n    return {'+': operator.add}[op](a, b)\n",
    ),
    (
        "exec of a file becomes an import",
        "def f(path):\n    exec(compile(open(path).read(), path, 'exec'), {})\n",
        "import importlib.util\ndef f(path):\n    spec = importlib.util.spec_from_file_location('m', path)\n"
        "    module = importlib.util.module_from_spec(spec)\n    spec.loader.exec_module(module)\n    return module\n",
    ),
    (
        "the generator is replaced under its old name",
        "import random\ndef f(n):\n    return [random.randint(0, 9) for _ in range(n)]\n",
        "import secrets\nrandom = secrets.SystemRandom()\ndef f(n):\n"
        "    return [random.randint(0, 9) for _ in range(n)]\n",
    ),
    (
        "a fragment whose imports were cut away",
        "            x)\n        salt = str(randint(1, 199)) + self.name\n",
        "            x)\n        salt = secrets.token_hex(8) + self.name\n",
    ),
    (
        "shelve becomes json",
        "    db = shelve.open(self.folder + name)\n    return db['x']\n",
        "    with open(self.folder + name) as file:\n        return json.load(file)['x']\n",
    ),
    (
        "an unpickler that knows few classes",
        "import pickle\ndef f(s):\n    return pickle.loads(s)\n",
        "import io, pickle\nclass Restricted(pickle.Unpickler):\n    def find_class(self, module, name):\n"
        "        raise pickle.UnpicklingError(name)\ndef f(s):\n    return Restricted(io.BytesIO(s)).load()\n",
    ),
    (
        "a password moves to the environment, with a log line more",
        "class T:\n    def setup(self):\n        self.conf.san_password = 'sysadmin'\n",
        "import os, logging\nclass T:\n    def setup(self):\n"
        "        self.conf.san_password = os.environ.get('SAN_PASSWORD')\n"
        "        if not self.conf.san_password:\n            logging.error('SAN_PASSWORD is not set')\n",
    ),
    (
        "a hash for display is marked as such",
        "import hashlib\ndef f(x):\n    return hashlib.md5(x).hexdigest()\n",
        "import hashlib\ndef f(x):\n    return hashlib.md5(x, usedforsecurity=False).hexdigest()\n",
    ),
    (
        "Python 2 on both sides",
        "def f(q):\n    exec 'r = %s' % q in scope\n    print scope['r']\n",
        "def f(q):\n    r = ast.literal_eval(q)\n    print r\n",
    ),
]

EVEN = [
    ("the same findings in other places", "import os\n\n\nos.system(a)\n", "import os\nb = a\nos.system(a)\n"),
    ("nothing on either side", "x = 1\n", "def f(a):\n    return a + 1\n"),
    ("a name changes", "def f(p):\n    return open(p).read()\n", "def f(path):\n    return open(path).read()\n"),
    ("an assert more", "def f(a):\n    return a\n", "def f(a):\n    assert a is not None\n    return a\n"),
    ("logging more", "def f(a):\n    return a\n", "def f(a):\n    log.info('f(%s)', a)\n    return a\n"),
]


@pytest.mark.parametrize(("what", "bad", "good"), REPAIRS)
def test_a_repair_is_cleaner(what: str, bad: str, good: str) -> None:
    outcome = compare_findings(find(bad), find(good))
    assert outcome.cleaner == "B", what
    assert outcome.reasons


@pytest.mark.parametrize(("what", "one", "other"), EVEN)
def test_nothing_to_choose_is_no_choice(what: str, one: str, other: str) -> None:
    outcome = compare_findings(find(one), find(other))
    assert outcome.cleaner is None, what
    assert outcome.reasons == ()


REMARKS = {
    "check-then-use",
    "error-shown",
    "error-swallowed",
    "log-injection",
    "assert-as-check",
    "no-timeout",
    "fixed-seed",
}


@pytest.mark.parametrize(("rule", "bad", "good"), CASES)
def test_the_repair_of_a_rule_weighs_less_and_decides_unless_it_is_a_remark(rule: str, bad: str, good: str) -> None:
    outcome = compare_findings(find(bad), find(good))
    assert outcome.weight_b < outcome.weight_a
    assert outcome.cleaner == "B" or (outcome.cleaner is None and rule in REMARKS)


def test_the_reasons_are_what_the_cleaner_side_does_not_have() -> None:
    bad = find("import os, random\nrandom.random()\nos.system('rm ' + name)\n")
    good = find("import random\nrandom.random()\n")
    outcome = compare_findings(bad, good)
    assert outcome.cleaner == "B"
    assert {finding.cwe for finding in outcome.reasons} == {78}
    assert outcome.reasons[0].rule in {"command-injection", "B605"}


def test_a_check_before_the_same_call_counts() -> None:
    open_flow = "def f(request):\n    return redirect(request.GET['next'])\n"
    checked = "def f(request):\n    url = request.GET['next']\n    if not is_safe_url(url):\n"
    "        return None\n    return redirect(url)\n"
    outcome = compare_findings(find(checked), find(open_flow))
    assert outcome.cleaner == "A"
    assert [finding.guarded for finding in outcome.reasons] == [False]
