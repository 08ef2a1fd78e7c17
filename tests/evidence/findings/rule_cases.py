"""For every rule of ours: text in which it fires, and the same program put right, in which it does not.

A place that is guarded counts as put right.
"""

CASES: list[tuple[str, str, str]] = [
    (
        "sql-injection",
        "def user(cursor, name):\n    cursor.execute(\"SELECT * FROM users WHERE name = '%s'\" % name)\n",
        'def user(cursor, name):\n    cursor.execute("SELECT * FROM users WHERE name = %s", (name,))\n',
    ),
    (
        "sql-injection",
        "def rows(db, table):\n    query = f'SELECT * FROM {table}'\n    return db.execute(query)\n",
        "TABLES = {'a', 'b'}\ndef rows(db, table):\n    if table not in TABLES:\n        raise ValueError(table)\n"
        "    query = f'SELECT * FROM {table}'\n    return db.execute(query)\n",
    ),
    (
        "sql-injection",
        "def drop(cursor, table):\n    cursor.execute('DROP TABLE {}'.format(table))\n",
        "from psycopg2 import sql\ndef drop(cursor, table):\n"
        "    cursor.execute(sql.SQL('DROP TABLE {}').format(sql.Identifier(table)))\n",
    ),
    (
        "sql-injection",
        "class Store:\n    def count(self):\n        self.cur.execute('SELECT COUNT(*) FROM ' + self.table)\n",
        "import re\nclass Store:\n    def count(self):\n        if not re.fullmatch(r'\\w+', self.table):\n"
        "            raise ValueError\n        self.cur.execute('SELECT COUNT(*) FROM ' + self.table)\n",
    ),
    (
        "command-injection",
        "import os\ndef remove(name):\n    os.system('rm ' + name)\n",
        "import subprocess\ndef remove(name):\n    subprocess.run(['rm', '--', name], check=True)\n",
    ),
    (
        "command-injection",
        "import subprocess\ndef unzip(name):\n    subprocess.check_call('gzip -d %s' % name, shell=True)\n",
        "import subprocess, shlex\ndef unzip(name):\n"
        "    subprocess.check_call('gzip -d %s' % shlex.quote(name), shell=True)\n",
    ),
    (
        "command-injection",
        "from subprocess import Popen\ndef start(cmd):\n    return Popen(cmd, shell=True)\n",
        "from subprocess import Popen\nimport shlex\ndef start(cmd):\n    return Popen(shlex.split(cmd))\n",
    ),
    (
        "code-injection",
        "def read(text):\n    return eval(text)\n",
        "import ast\ndef read(text):\n    return ast.literal_eval(text)\n",
    ),
    (
        "code-injection",
        "def run(code):\n    exec(code)\n",
        "def run(code):\n    exec(code, {'__builtins__': {}})\n",
    ),
    (
        "code-injection",
        "def pick(name):\n    return eval('shapes.%s' % name)\n",
        "def pick(name):\n    return getattr(shapes, name)\n",
    ),
    (
        "path-traversal",
        "from flask import request\ndef show():\n    return open('/data/' + request.args['f']).read()\n",
        "from flask import request\nfrom werkzeug.utils import secure_filename\ndef show():\n"
        "    return open('/data/' + secure_filename(request.args['f'])).read()\n",
    ),
    (
        "path-traversal",
        "import os\n@app.route('/f/<name>')\ndef show(name):\n    path = os.path.join(ROOT, name)\n"
        "    return send_file(path)\n",
        "import os\n@app.route('/f/<name>')\ndef show(name):\n    path = os.path.realpath(os.path.join(ROOT, name))\n"
        "    if not path.startswith(ROOT + os.sep):\n        abort(404)\n    return flask.send_file(path)\n",
    ),
    (
        "cross-site-scripting",
        "def hello(request):\n    return HttpResponse('<b>%s</b>' % request.GET['name'])\n",
        "from html import escape\ndef hello(request):\n"
        "    return HttpResponse('<b>%s</b>' % escape(request.GET['name']))\n",
    ),
    (
        "template-injection",
        "from flask import render_template_string\ndef page(text):\n    return render_template_string(text)\n",
        "from flask import render_template_string\ndef page(text):\n"
        "    return render_template_string('{{ text }}', text=text)\n",
    ),
    (
        "server-side-request",
        "import requests\ndef fetch(request):\n    return requests.get(request.GET['url'], timeout=5)\n",
        "import requests\nfrom urllib.parse import urlparse\ndef fetch(request):\n    url = request.GET['url']\n"
        "    if urlparse(url).hostname not in HOSTS:\n        raise ValueError\n"
        "    return requests.get(url, timeout=5)\n",
    ),
    (
        "open-redirect",
        "from flask import request, redirect\ndef leave():\n    return redirect(request.args['next'])\n",
        "from flask import request, redirect\ndef leave():\n    target = request.args['next']\n"
        "    if not is_safe_url(target):\n        abort(400)\n    return redirect(target)\n",
    ),
    (
        "regex-injection",
        "import re\ndef find(request):\n    return re.search(request.GET['q'], TEXT)\n",
        "import re\ndef find(request):\n    return re.search(re.escape(request.GET['q']), TEXT)\n",
    ),
    (
        "log-injection",
        "import logging\ndef view(request):\n    logging.info('asked ' + request.GET['q'])\n",
        "import logging\ndef view(request):\n    logging.info('asked ' + repr(request.GET['q']))\n",
    ),
    (
        "header-injection",
        "class H(BaseHTTPRequestHandler):\n    def do_GET(self):\n        self.send_header('X-Path', self.path)\n",
        "class H(BaseHTTPRequestHandler):\n    def do_GET(self):\n"
        "        self.send_header('X-Path', quote_plus(self.path))\n",
    ),
    (
        "ldap-injection",
        "def who(conn, name):\n    return conn.search_s(BASE, 2, '(uid=%s)' % name)\n",
        "from ldap.filter import escape_filter_chars\ndef who(conn, name):\n"
        "    return conn.search_s(BASE, 2, '(uid=%s)' % escape_filter_chars(name))\n",
    ),
    (
        "xpath-injection",
        "def who(tree, name):\n    return tree.xpath(\"//user[@name='%s']\" % name)\n",
        'def who(tree, name):\n    return tree.xpath("//user[@name=$n]", n=name)\n',
    ),
    (
        "import-injection",
        "import importlib\ndef load(request):\n    return importlib.import_module(request.GET['m'])\n",
        "import importlib\ndef load(request):\n    name = request.GET['m']\n    if name not in PLUGINS:\n"
        "        raise ValueError\n    return importlib.import_module(name)\n",
    ),
    (
        "unsafe-deserialisation",
        "import pickle\ndef load(data):\n    return pickle.loads(data)\n",
        "import json\ndef load(data):\n    return json.loads(data)\n",
    ),
    (
        "unsafe-deserialisation",
        "import pickle\ndef load(data, mac):\n    return pickle.loads(data)\n",
        "import pickle, hmac, hashlib\ndef load(data, mac):\n"
        "    if not hmac.compare_digest(hmac.new(KEY, data, hashlib.sha256).digest(), mac):\n"
        "        raise ValueError\n    return pickle.loads(data)\n",
    ),
    (
        "unsafe-deserialisation",
        "import yaml\nx = yaml.load(open('f'))\n",
        "import yaml\nx = yaml.safe_load(open('f'))\n",
    ),
    (
        "unsafe-deserialisation",
        "import shelve\ndb = shelve.open('x.db')\n",
        "import sqlite3\ndb = sqlite3.connect('x.db')\n",
    ),
    (
        "unsafe-deserialisation",
        "import torch\nm = torch.load('m.pt')\n",
        "import torch\nm = torch.load('m.pt', weights_only=True)\n",
    ),
    (
        "xml-entities",
        "import xml.etree.ElementTree as ET\nt = ET.parse('f.xml')\n",
        "import defusedxml.ElementTree as ET\nt = ET.parse('f.xml')\n",
    ),
    (
        "xml-entities-on",
        "from lxml import etree\np = etree.XMLParser(resolve_entities=True)\n",
        "from lxml import etree\np = etree.XMLParser(resolve_entities=False)\n",
    ),
    ("weak-random", "import random\nn = random.randint(1, 6)\n", "import secrets\nn = secrets.randbelow(6) + 1\n"),
    (
        "weak-random",
        "import random\nclass G:\n    def pick(self, items):\n        random.shuffle(items)\n",
        "import random\nrng = random.SystemRandom()\nclass G:\n    def pick(self, items):\n"
        "        rng.shuffle(items)\n",
    ),
    (
        "weak-random-secret",
        "import random\ndef make_token():\n    return ''.join(random.choice('abc') for _ in range(9))\n",
        "import secrets\ndef make_token():\n    return ''.join(secrets.choice('abc') for _ in range(9))\n",
    ),
    ("fixed-seed", "import numpy as np\nnp.random.seed(7)\n", "import numpy as np\nnp.random.seed(seed)\n"),
    ("weak-hash", "import hashlib\nd = hashlib.md5(b'x')\n", "import hashlib\nd = hashlib.sha256(b'x')\n"),
    ("weak-hash", "import hashlib\nd = hashlib.new('sha1')\n", "import hashlib\nd = hashlib.new('sha256')\n"),
    (
        "fast-password-hash",
        "import hashlib\nh = hashlib.sha256(password.encode())\n",
        "import hashlib\nh = hashlib.scrypt(password.encode(), salt=os.urandom(16), n=2**14, r=8, p=1)\n",
    ),
    (
        "few-hash-rounds",
        "import hashlib\nk = hashlib.pbkdf2_hmac('sha256', word, salt, 1000)\n",
        "import hashlib\nk = hashlib.pbkdf2_hmac('sha256', word, salt, 600000)\n",
    ),
    (
        "weak-cipher",
        "from Crypto.Cipher import DES\nc = DES.new(k)\n",
        "from Crypto.Cipher import AES\nc = AES.new(k, AES.MODE_GCM)\n",
    ),
    (
        "weak-cipher-mode",
        "from Crypto.Cipher import AES\nc = AES.new(k, AES.MODE_ECB)\n",
        "from Crypto.Cipher import AES\nc = AES.new(k, AES.MODE_GCM)\n",
    ),
    (
        "short-key",
        "from Crypto.PublicKey import RSA\nk = RSA.generate(1024)\n",
        "from Crypto.PublicKey import RSA\nk = RSA.generate(3072)\n",
    ),
    ("fixed-nonce", "iv = '0123456789abcdef'\n", "iv = os.urandom(16)\n"),
    ("fixed-salt", "salt = 'pepper'\n", "salt = os.urandom(16)\n"),
    (
        "certificate-unchecked",
        "import requests\nrequests.get(u, verify=False, timeout=3)\n",
        "import requests\nrequests.get(u, timeout=3)\n",
    ),
    (
        "certificate-unchecked",
        "import ssl\nc.verify_mode = ssl.CERT_NONE\n",
        "import ssl\nc.verify_mode = ssl.CERT_REQUIRED\n",
    ),
    (
        "certificate-unchecked",
        "import paramiko\nc.set_missing_host_key_policy(paramiko.AutoAddPolicy())\n",
        "import paramiko\nc.set_missing_host_key_policy(paramiko.RejectPolicy())\n",
    ),
    (
        "old-tls",
        "import ssl\nc = ssl.SSLContext(ssl.PROTOCOL_TLSv1)\n",
        "import ssl\nc = ssl.create_default_context()\n",
    ),
    ("clear-text", "import ftplib\nf = ftplib.FTP('host')\n", "import ftplib\nf = ftplib.FTP_TLS('host')\n"),
    ("all-interfaces", "s.bind(('0.0.0.0', 80))\n", "s.bind(('127.0.0.1', 80))\n"),
    ("no-timeout", "import requests\nrequests.get(u)\n", "import requests\nrequests.get(u, timeout=10)\n"),
    ("loose-permissions", "import os\nos.chmod(p, 0o777)\n", "import os\nos.chmod(p, 0o600)\n"),
    ("loose-permissions", "import os\nos.umask(0)\n", "import os\nos.umask(0o077)\n"),
    (
        "loose-permissions",
        "import os\nf = os.open(p, os.O_WRONLY | os.O_CREAT)\n",
        "import os\nf = os.open(p, os.O_WRONLY | os.O_CREAT, 0o600)\n",
    ),
    (
        "archive-members",
        "import tarfile\ntarfile.open(p).extractall(d)\n",
        "import tarfile\ntarfile.open(p).extractall(d, filter='data')\n",
    ),
    (
        "guessable-temporary-file",
        "import tempfile\np = tempfile.mktemp()\n",
        "import tempfile\nh, p = tempfile.mkstemp()\n",
    ),
    (
        "check-then-use",
        "import os\nif os.path.exists(p):\n    os.remove(p)\n",
        "import os\ntry:\n    os.remove(p)\nexcept FileNotFoundError:\n    gone = True\n",
    ),
    ("hard-coded-credential", "password = 'hunter2'\n", "import os\npassword = os.environ['PASSWORD']\n"),
    ("hard-coded-credential", "form['password'] = 'secret'\n", "form['password'] = os.environ.get('PASSWORD')\n"),
    ("hard-coded-credential", "connect(host, api_key='3842240593')\n", "connect(host, api_key=settings.key)\n"),
    (
        "hard-coded-credential",
        "def connect(password='root'):\n    use(password)\n",
        "def connect(password):\n    use(password)\n",
    ),
    ("hard-coded-credential", "config = {'secret_key': 'abc'}\n", "config = {'secret_key': read()}\n"),
    ("hard-coded-credential", "ok = password == 'letmein'\n", "ok = check(password)\n"),
    (
        "key-material",
        'PEM = """-----BEGIN RSA PRIVATE KEY-----\nMIIC\n-----END RSA PRIVATE KEY-----"""\n',
        "PEM = open(os.environ['PEM']).read()\n",
    ),
    (
        "secret-logged",
        "import logging\nlogging.info('in as %s %s', user, password)\n",
        "import logging\nlogging.info('in as %s', user)\n",
    ),
    (
        "token-unverified",
        "import jwt\nd = jwt.decode(t, options={'verify_signature': False})\n",
        "import jwt\nd = jwt.decode(t, KEY, algorithms=['HS256'])\n",
    ),
    ("debug-on", "app.run(debug=True)\n", "app.run()\n"),
    ("cookie-flags", "r.set_cookie('s', v)\n", "r.set_cookie('s', v, secure=True, httponly=True)\n"),
    (
        "csrf-off",
        "@csrf_exempt\ndef view(request):\n    return None\n",
        "@csrf_protect\ndef view(request):\n    return None\n",
    ),
    ("any-origin", "CORS(app, origins='*')\n", "CORS(app, origins=['https://example.org'])\n"),
    (
        "autoescape-off",
        "import jinja2\ne = jinja2.Environment()\n",
        "import jinja2\ne = jinja2.Environment(autoescape=True)\n",
    ),
    (
        "assert-as-check",
        "def drop(user):\n    assert user.is_admin\n    go()\n",
        "def drop(user):\n    if not user.is_admin:\n        raise PermissionError\n    go()\n",
    ),
    (
        "error-swallowed",
        "try:\n    go()\nexcept Exception:\n    pass\n",
        "try:\n    go()\nexcept ValueError as error:\n    log(error)\n",
    ),
    (
        "timing-comparison",
        "def check(a, key, m):\n    return hmac.new(key, m).hexdigest() == a\n",
        "def check(a, key, m):\n    return hmac.compare_digest(hmac.new(key, m).hexdigest(), a)\n",
    ),
    (
        "error-shown",
        "def view(q):\n    try:\n        return go(q)\n    except ValueError as e:\n        return str(e), 500\n",
        "def view(q):\n    try:\n        return go(q)\n    except ValueError as e:\n        return 'failed', 500\n",
    ),
]
