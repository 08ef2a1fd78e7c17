"""Woven steps around files, foreign data and the network: reading, unpacking, permissions, certificates, addresses."""

from codefavor.evolve.regress_evol.inserted_step import InsertedStep, StepCase
from codefavor.evolve.regress_evol.operator import Operator
from codefavor.pairs.criterion import Aspect


class UnsafeLoad(InsertedStep):
    """Data read by a format that can run code."""

    name = "unsafe-load"
    aspect = Aspect.SECURITY
    harm = "The rejected code reads data in a format that lets the data run code."
    result = ("loaded", "state", "restored", "saved", "cached")
    cases = (
        StepCase(
            task="It also loads the {file} kept in a file.",
            careful=(
                "with open('{file}.json') as file:\n    RESULT = json.load(file)",
                "with open('{file}.json', 'r', encoding='utf-8') as file:\n    RESULT = json.load(file)",
                "with open('{file}.json', 'rb') as file:\n    RESULT = json.loads(file.read().decode('utf-8'))",
                "RESULT = json.loads(Path('{file}.json').read_text())",
                "try:\n    with open('{file}.json') as file:\n        RESULT = json.load(file)\n"
                "except (OSError, json.JSONDecodeError):\n    RESULT = {}",
            ),
            careless=(
                "with open('{file}.pkl', 'rb') as file:\n    RESULT = pickle.load(file)",
                "RESULT = pickle.load(open('{file}.pickle', 'rb'))",
                "RESULT = pickle.loads(Path('{file}.pickle').read_bytes())",
                "with open('{file}.bin', 'rb') as file:\n    RESULT = marshal.load(file)",
                "with shelve.open('{file}') as shelf:\n    RESULT = dict(shelf)",
                "try:\n    with open('{file}.pkl', 'rb') as file:\n        RESULT = pickle.load(file)\n"
                "except (OSError, EOFError):\n    RESULT = {}",
            ),
        ),
    )


class UnsafeYaml(InsertedStep):
    """YAML read with a loader that makes objects."""

    name = "unsafe-yaml"
    aspect = Aspect.SECURITY
    harm = "The rejected code reads YAML with a loader that makes any object the text asks for."
    result = ("settings", "options", "configuration", "config")
    cases = (
        StepCase(
            task="It also reads the settings in the YAML file {file}.yaml.",
            careful=(
                "with open('{file}.yaml') as file:\n    RESULT = yaml.safe_load(file)",
                "with open('{file}.yaml') as file:\n    RESULT = yaml.load(file, Loader=yaml.SafeLoader)",
                "RESULT = yaml.safe_load(open('{file}.yaml', encoding='utf-8').read())",
            ),
            careless=(
                "with open('{file}.yaml') as file:\n    RESULT = yaml.load(file)",
                "with open('{file}.yaml') as file:\n    RESULT = yaml.load(file, Loader=yaml.Loader)",
                "RESULT = yaml.load(open('{file}.yaml').read(), Loader=yaml.UnsafeLoader)",
                "with open('{file}.yaml') as file:\n    RESULT = yaml.unsafe_load(file)",
                "with open('{file}.yaml') as file:\n    RESULT = yaml.full_load(file)",
            ),
        ),
    )


class UnsafeXml(InsertedStep):
    """XML read by a parser that follows entities."""

    name = "unsafe-xml"
    aspect = Aspect.SECURITY
    harm = "The rejected code reads XML with a parser that expands and follows entities."
    result = ("root", "document", "tree")
    cases = (
        StepCase(
            task="It also reads the XML document INPUT.",
            careful=(
                "import defusedxml.ElementTree\nRESULT = defusedxml.ElementTree.fromstring(INPUT)",
                "from defusedxml import ElementTree\nRESULT = ElementTree.parse(INPUT)",
                "from lxml import etree\nRESULT = etree.fromstring(INPUT, etree.XMLParser(resolve_entities=False))",
            ),
            careless=(
                "import xml.etree.ElementTree\nRESULT = xml.etree.ElementTree.fromstring(INPUT)",
                "from xml.etree import ElementTree\nRESULT = ElementTree.parse(INPUT)",
                "import xml.dom.minidom\nRESULT = xml.dom.minidom.parseString(INPUT)",
                "from lxml import etree\nRESULT = etree.fromstring(INPUT, etree.XMLParser(resolve_entities=True))",
            ),
        ),
    )


class UnsafeUnpack(InsertedStep):
    """An archive unpacked wherever it says."""

    name = "unsafe-unpack"
    aspect = Aspect.SECURITY
    harm = "The rejected code lets an archive write outside the folder it is unpacked to."
    cases = (
        StepCase(
            task="It also unpacks the archive INPUT into the folder {file}.",
            careful=(
                "with tarfile.open(INPUT) as archive:\n    archive.extractall('{file}', filter='data')",
                "with tarfile.open(INPUT) as archive:\n    for member in archive.getmembers():\n"
                "        if os.path.isabs(member.name) or '..' in member.name:\n"
                "            raise ValueError(member.name)\n"
                "    archive.extractall('{file}')",
                "shutil.unpack_archive(INPUT, '{file}', filter='data')",
            ),
            careless=(
                "with tarfile.open(INPUT) as archive:\n    archive.extractall('{file}')",
                "archive = tarfile.open(INPUT, 'r:gz')\narchive.extractall(path='{file}')\narchive.close()",
                "shutil.unpack_archive(INPUT, '{file}')",
                "with tarfile.open(INPUT) as archive:\n    for member in archive.getmembers():\n"
                "        path = os.path.join('{file}', member.name)\n"
                "        with open(path, 'wb') as file:\n            file.write(archive.extractfile(member).read())",
            ),
        ),
    )


class GuessableTemporary(InsertedStep):
    """A temporary file under a name that another can take first."""

    name = "guessable-temporary"
    aspect = Aspect.SECURITY
    harm = "The rejected code opens a temporary file under a name that another program can take first."
    result = ("path", "scratch", "temporary", "tmp_name")
    cases = (
        StepCase(
            task="It also writes INPUT to a temporary file.",
            careful=(
                "handle, RESULT = tempfile.mkstemp()\nwith os.fdopen(handle, 'w') as file:\n    file.write(str(INPUT))",
                "with tempfile.NamedTemporaryFile('w', delete=False) as file:\n    file.write(str(INPUT))",
                "with tempfile.TemporaryDirectory() as RESULT, open(RESULT + '/{file}', 'w') as file:\n"
                "    file.write(INPUT)",
                "with tempfile.TemporaryFile('w') as file:\n    file.write(INPUT)",
            ),
            careless=(
                "RESULT = tempfile.mktemp()\nwith open(RESULT, 'w') as file:\n    file.write(str(INPUT))",
                "RESULT = '/tmp/{file}.txt'\nwith open(RESULT, 'w') as file:\n    file.write(str(INPUT))",
                "RESULT = os.path.join('/tmp', '{file}_%d' % os.getpid())\n"
                "with open(RESULT, 'w') as file:\n    file.write(INPUT)",
                "RESULT = tempfile.mktemp(suffix='.{file}', dir='/tmp')\n"
                "file = open(RESULT, 'w')\nfile.write(INPUT)\nfile.close()",
                "open('/tmp/{file}', 'w').write(INPUT)",
            ),
        ),
    )


class OpenPermissions(InsertedStep):
    """A file that everyone may change."""

    name = "open-permissions"
    aspect = Aspect.SECURITY
    harm = "The rejected code lets every user of the machine read or change its file."
    cases = (
        StepCase(
            task="It also sets the permissions of the file {file}.key for the program's own use.",
            careful=(
                "os.chmod('{file}.key', 0o600)",
                "os.chmod('{file}.key', stat.S_IRUSR | stat.S_IWUSR)",
                "os.umask(0o077)\nos.chmod('{file}.key', 384)",
                "Path('{file}.key').chmod(0o400)",
            ),
            careless=(
                "os.chmod('{file}.key', 0o777)",
                "os.chmod('{file}.key', stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)",
                "os.umask(0)\nos.chmod('{file}.key', 0o666)",
                "os.chmod('{file}.key', 511)",
            ),
        ),
    )


class CertificateIgnored(InsertedStep):
    """A connection whose other end may be anyone."""

    name = "certificate-ignored"
    aspect = Aspect.SECURITY
    harm = "The rejected code does not check who is at the other end of its connection."
    result = ("response", "reply", "answer", "page")
    cases = (
        StepCase(
            task="It also fetches https://{host}.example.com/INPUT.",
            careful=(
                "RESULT = requests.get('https://{host}.example.com/' + INPUT, timeout=10)",
                "RESULT = requests.get(f'https://{host}.example.com/{INPUT}', verify=True, timeout=5)",
                "context = ssl.create_default_context()\n"
                "RESULT = urllib.request.urlopen('https://{host}.example.com/' + INPUT, context=context)",
            ),
            careless=(
                "RESULT = requests.get('https://{host}.example.com/' + INPUT, verify=False)",
                "RESULT = requests.get(f'http://{host}.example.com/{INPUT}')",
                "context = ssl._create_unverified_context()\n"
                "RESULT = urllib.request.urlopen('https://{host}.example.com/' + INPUT, context=context)",
                "context = ssl.create_default_context()\ncontext.check_hostname = False\n"
                "context.verify_mode = ssl.CERT_NONE\n"
                "RESULT = urllib.request.urlopen('https://{host}.example.com/' + INPUT, context=context)",
            ),
        ),
    )


OPERATORS: tuple[Operator, ...] = (
    UnsafeLoad(),
    UnsafeYaml(),
    UnsafeXml(),
    UnsafeUnpack(),
    GuessableTemporary(),
    OpenPermissions(),
    CertificateIgnored(),
)
