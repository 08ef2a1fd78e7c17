"""Woven steps that open a connection, offer a service, or take serialised data: whom is trusted, and with what."""

from codefavor.evolve.regress_evol.inserted_step import InsertedStep, StepCase
from codefavor.evolve.regress_evol.operator import Operator
from codefavor.pairs.criterion import Aspect


class OldProtocol(InsertedStep):
    """A protocol without encryption, or a host that is not known."""

    name = "old-protocol"
    aspect = Aspect.SECURITY
    harm = "The rejected code talks to its server without encryption or without knowing it."
    result = ("connection", "client", "remote", "session")
    cases = (
        StepCase(
            task="It also opens a connection for file transfer to the {host} server.",
            careful=("RESULT = ftplib.FTP_TLS('{host}.example.com')\nRESULT.prot_p()",),
            careless=(
                "RESULT = ftplib.FTP('{host}.example.com')",
                "RESULT = ftplib.FTP('{host}.example.com', timeout=60)\nRESULT.login()",
            ),
        ),
        StepCase(
            task="It also opens a remote shell on the {host} server.",
            careful=(
                "RESULT = paramiko.SSHClient()\nRESULT.load_system_host_keys()",
                "RESULT = paramiko.SSHClient()\nRESULT.set_missing_host_key_policy(paramiko.RejectPolicy())",
            ),
            careless=(
                "RESULT = telnetlib.Telnet('{host}.example.com')",
                "RESULT = paramiko.SSHClient()\nRESULT.set_missing_host_key_policy(paramiko.AutoAddPolicy())",
                "RESULT = paramiko.SSHClient()\nRESULT.set_missing_host_key_policy(paramiko.WarningPolicy())",
            ),
        ),
        StepCase(
            task="It also opens a connection to the {host} mail server.",
            careful=(
                "RESULT = smtplib.SMTP_SSL('{host}.example.com')",
                "RESULT = smtplib.SMTP('{host}.example.com')\nRESULT.starttls(context=ssl.create_default_context())",
            ),
            careless=(
                "RESULT = smtplib.SMTP('{host}.example.com')",
                "RESULT = smtplib.SMTP('{host}.example.com', 25)\nRESULT.ehlo()",
            ),
        ),
        StepCase(
            task="It also wraps a socket to the {host} server.",
            careful=(
                "context = ssl.create_default_context()\n"
                "RESULT = context.wrap_socket(socket.socket(), server_hostname='{host}')",
                "context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\n"
                "context.minimum_version = ssl.TLSVersion.TLSv1_2\n"
                "RESULT = context.wrap_socket(socket.socket(), server_hostname='{host}')",
            ),
            careless=(
                "RESULT = ssl.wrap_socket(socket.socket(), ssl_version=ssl.PROTOCOL_SSLv3)",
                "context = ssl.SSLContext(ssl.PROTOCOL_TLSv1)\ncontext.verify_mode = ssl.CERT_NONE\n"
                "RESULT = context.wrap_socket(socket.socket())",
            ),
        ),
    )


class OpenService(InsertedStep):
    """A service that debugs in public, listens everywhere or hands out its cookies."""

    name = "open-service"
    aspect = Aspect.SECURITY
    harm = "The rejected code opens its service to everyone, or shows its inside to them."
    result = ("app", "server", "service")
    cases = (
        StepCase(
            task="It also starts a small web application for this machine.",
            careful=(
                "RESULT = Flask('{file}')\nRESULT.run(host='127.0.0.1', debug=False)",
                "RESULT = Flask(__name__)\nRESULT.run()",
            ),
            careless=(
                "RESULT = Flask('{file}')\nRESULT.run(host='0.0.0.0', debug=True)",
                "RESULT = Flask(__name__)\nRESULT.run(debug=True)",
            ),
        ),
        StepCase(
            task="It also listens for local clients.",
            careful=(
                "RESULT = socket.socket()\nRESULT.bind(('127.0.0.1', 8080))",
                "RESULT = socket.create_server(('localhost', 8000))",
            ),
            careless=(
                "RESULT = socket.socket()\nRESULT.bind(('0.0.0.0', 8080))",
                "RESULT = socket.create_server(('', 8000))",
            ),
        ),
        StepCase(
            task="It also sets the session cookie of {user} on a web response.",
            careful=("RESULT = flask.make_response('')\nRESULT.set_cookie('{user}', 'x', secure=True, httponly=True)",),
            careless=(
                "RESULT = flask.make_response('')\nRESULT.set_cookie('{user}', 'x')",
                "RESULT = flask.make_response('')\nRESULT.set_cookie('{user}', 'x', secure=False, httponly=False)",
            ),
        ),
    )


class UnsafeLoads(InsertedStep):
    """Serialised input that can run code."""

    name = "unsafe-loads"
    aspect = Aspect.SECURITY
    harm = "The rejected code restores input in a format that lets the input run code."
    result = ("loaded", "message", "restored", "payload")
    cases = (
        StepCase(
            task="It also restores the object that the caller serialised as INPUT.",
            careful=(
                "RESULT = json.loads(INPUT)",
                "RESULT = json.loads(INPUT.decode('utf-8'))",
                "try:\n    RESULT = json.loads(INPUT)\nexcept json.JSONDecodeError:\n    RESULT = None",
            ),
            careless=(
                "RESULT = pickle.loads(INPUT)",
                "RESULT = pickle.loads(base64.b64decode(INPUT))",
                "RESULT = marshal.loads(INPUT)",
                "try:\n    RESULT = pickle.loads(INPUT)\nexcept pickle.UnpicklingError:\n    RESULT = None",
            ),
        ),
    )


class WeakKey(InsertedStep):
    """A key too short to last."""

    name = "weak-key"
    aspect = Aspect.SECURITY
    harm = "The rejected code makes a key that is short enough to be broken."
    result = ("private_key", "key", "signing_key")
    cases = (
        StepCase(
            task="It also makes a private key to sign with.",
            careful=(
                "RESULT = rsa.generate_private_key(public_exponent=65537, key_size=4096)",
                "RESULT = rsa.generate_private_key(65537, 3072)",
            ),
            careless=(
                "RESULT = rsa.generate_private_key(public_exponent=3, key_size=1024)",
                "RESULT = rsa.generate_private_key(65537, 512)",
                "RESULT = rsa.generate_private_key(public_exponent=65537, key_size=1024)",
            ),
        ),
    )


OPERATORS: tuple[Operator, ...] = (OldProtocol(), OpenService(), UnsafeLoads(), WeakKey())
