"""Woven steps around secrets: hashing, drawing, comparing, storing and logging them, and encryption."""

from codefavor.evolve.regress_evol.inserted_step import InsertedStep, StepCase
from codefavor.evolve.regress_evol.operator import Operator
from codefavor.pairs.criterion import Aspect


class WeakDigest(InsertedStep):
    """A fingerprint by a broken hash."""

    name = "weak-digest"
    aspect = Aspect.SECURITY
    harm = "The rejected code relies on a hash whose collisions can be made."
    result = ("digest", "checksum", "fingerprint", "signature")
    cases = (
        StepCase(
            task="It also computes a hexadecimal fingerprint of INPUT.",
            careful=(
                "RESULT = hashlib.sha256(str(INPUT).encode()).hexdigest()",
                "RESULT = hashlib.sha512(INPUT).hexdigest()",
                "hasher = hashlib.sha256()\nhasher.update(repr(INPUT).encode('utf-8'))\nRESULT = hasher.hexdigest()",
                "RESULT = hashlib.new('sha256', INPUT.encode()).hexdigest()",
                "RESULT = hashlib.sha3_256(INPUT.encode('utf-8')).hexdigest()",
                "RESULT = hashlib.blake2b(INPUT).hexdigest()",
            ),
            careless=(
                "RESULT = hashlib.md5(str(INPUT).encode()).hexdigest()",
                "RESULT = hashlib.sha1(INPUT).hexdigest()",
                "hasher = hashlib.md5()\nhasher.update(repr(INPUT).encode('utf-8'))\nRESULT = hasher.hexdigest()",
                "hasher = hashlib.sha1()\nhasher.update(INPUT)\nRESULT = hasher.hexdigest()",
                "RESULT = hashlib.new('md5', INPUT.encode()).hexdigest()",
                "RESULT = hashlib.md5(INPUT.encode('utf-8')).hexdigest()",
            ),
        ),
    )


class WeakPasswordHash(InsertedStep):
    """A password kept as a fast hash or as it is."""

    name = "weak-password-hash"
    aspect = Aspect.SECURITY
    harm = "The rejected code keeps passwords so that a stolen table gives them away."
    result = ("stored", "password_hash", "hashed", "entry")
    cases = (
        StepCase(
            task="It also stores the password INPUT for a later login.",
            careful=(
                "salt = os.urandom(16)\nRESULT = hashlib.pbkdf2_hmac('sha256', INPUT.encode(), salt, 600000)",
                "RESULT = bcrypt.hashpw(INPUT.encode(), bcrypt.gensalt())",
                "salt = secrets.token_bytes(16)\nRESULT = hashlib.scrypt(INPUT.encode(), salt=salt, n=16384, r=8, p=1)",
            ),
            careless=(
                "RESULT = hashlib.md5(INPUT.encode()).hexdigest()",
                "salt = '{user}'\nRESULT = hashlib.sha1((salt + INPUT).encode('utf-8')).hexdigest()",
                "RESULT = base64.b64encode(INPUT.encode()).decode()",
                "entry_salt = str(random.randint(0, 1000))\nhasher = hashlib.md5(entry_salt.encode())\n"
                "hasher.update(INPUT.encode())\nRESULT = hasher.hexdigest()",
                "RESULT = INPUT\nwith open('{file}.txt', 'a') as file:\n    file.write(RESULT)",
            ),
        ),
    )


class PredictableToken(InsertedStep):
    """A token that can be guessed."""

    name = "predictable-token"
    aspect = Aspect.SECURITY
    harm = "The rejected code draws a secret from a generator whose output can be predicted."
    result = ("token", "session_id", "code", "key", "nonce", "password")
    cases = (
        StepCase(
            task="It also draws a fresh token that nobody else knows.",
            careful=(
                "RESULT = secrets.token_hex(16)",
                "RESULT = secrets.token_urlsafe(32)",
                "RESULT = ''.join((secrets.choice(string.ascii_letters + string.digits) for _ in range(12)))",
                "RESULT = ''.join([secrets.choice('0123456789abcdef') for _ in range(20)])",
                "RESULT = 1000 + secrets.randbelow(9000)",
                "RESULT = os.urandom(24)",
                "generator = secrets.SystemRandom()\nRESULT = generator.randint(100000, 999999)",
            ),
            careless=(
                "RESULT = '%032x' % random.getrandbits(128)",
                "RESULT = ''.join((random.choice(string.ascii_letters + string.digits) for _ in range(12)))",
                "RESULT = ''.join([random.choice('0123456789abcdef') for _ in range(20)])",
                "RESULT = str(random.randint(1000, 9999))",
                "random.seed(time.time())\nRESULT = random.random()",
                "RESULT = ''.join(random.sample(string.ascii_lowercase, 10))",
                "RESULT = random.randrange(10 ** 8)",
                "RESULT = hashlib.md5(str(random.random()).encode()).hexdigest()",
                "generator = random.Random(42)\nRESULT = generator.randint(100000, 999999)",
            ),
        ),
    )


class LeakyComparison(InsertedStep):
    """Secrets compared in a time that tells how far they agree."""

    name = "leaky-comparison"
    aspect = Aspect.SECURITY
    harm = "The time of the rejected code's comparison tells how much of a guess was right."
    result = ("expected",)
    cases = (
        StepCase(
            task="It also refuses to go on when the signature INPUT is not the expected one.",
            careful=(
                "RESULT = os.environ['SIGNATURE']\nif not hmac.compare_digest(RESULT, INPUT):\n"
                "    raise PermissionError",
                "RESULT = os.environ['TOKEN']\nif not secrets.compare_digest(INPUT, RESULT):\n"
                "    raise PermissionError('wrong signature')",
            ),
            careless=(
                "RESULT = os.environ['SIGNATURE']\nif RESULT != INPUT:\n    raise PermissionError('wrong signature')",
                "RESULT = os.environ.get('TOKEN')\nif not INPUT == RESULT:\n"
                "    raise PermissionError('wrong signature given')",
                "RESULT = os.environ['SIGNATURE']\nassert INPUT == RESULT",
            ),
        ),
    )


class HardCodedSecret(InsertedStep):
    """A password or key in the source."""

    name = "hard-coded-secret"
    aspect = Aspect.SECURITY
    harm = "The rejected code holds a secret in its source."
    result = ("password", "api_key", "secret", "token", "credentials", "secret_key", "access_key", "passwd")
    cases = (
        StepCase(
            task="It also prepares the {host} service's login for {user}.",
            careful=(
                "RESULT = os.environ['{user}_PASSWORD']",
                "RESULT = os.environ.get('{host}_API_KEY')",
                "RESULT = os.getenv('{host}_SECRET')\nif RESULT is None:\n    raise RuntimeError('no login')",
                "RESULT = getpass.getpass()",
                "{user}_password = os.environ['PASSWORD']\nRESULT = ('{user}', {user}_password)",
                "RESULT = {'user': os.environ['{host}_USER'], 'password': os.environ['{host}_PASSWORD']}",
            ),
            careless=(
                "RESULT = 'Passw0rd!{user}'",
                "RESULT = '{host}-4f9a1c77e2b84d90'",
                "RESULT = 'AKIA5T{host}QX7ZL2WKD'\nif RESULT is None:\n    raise RuntimeError('no login')",
                "RESULT = 'hunter2'",
                "{user}_password = '{user}123'\nRESULT = ('{user}', {user}_password)",
                "RESULT = {'user': '{user}', 'password': 'letmein-{host}-2019'}",
                "RESULT = 'postgres://{user}:s3cret@{host}.example.com/{table}'",
            ),
        ),
    )


class SecretLogged(InsertedStep):
    """A secret written to the log."""

    name = "secret-logged"
    aspect = Aspect.SECURITY
    harm = "The rejected code writes a secret to its log."
    cases = (
        StepCase(
            task="It also logs that a login with the password INPUT was tried.",
            careful=(
                "logging.info('login tried')",
                "logging.getLogger(__name__).info('login tried by {user}')",
                "logging.info('login of {user} tried with a password of %d characters', len(INPUT))",
            ),
            careless=(
                "logging.info('login tried with %s', INPUT)",
                "print('login tried with', INPUT)",
                "logging.debug(f'password={INPUT}')",
                "logging.getLogger(__name__).info('login of {user} with password ' + INPUT)",
            ),
        ),
    )


class WeakCipher(InsertedStep):
    """Encryption with a broken cipher or mode."""

    name = "weak-cipher"
    aspect = Aspect.SECURITY
    harm = "The rejected code encrypts with a cipher or mode that is known to be broken."
    result = ("encrypted", "sealed", "ciphertext", "box")
    cases = (
        StepCase(
            task="It also encrypts INPUT with a fresh key.",
            careful=(
                "key = os.urandom(32)\nnonce = os.urandom(12)\nRESULT = AESGCM(key).encrypt(nonce, INPUT, None)",
                "key = AESGCM.generate_key(256)\nRESULT = AESGCM(key).encrypt(os.urandom(12), INPUT.encode(), None)",
                "from cryptography.fernet import Fernet\nkey = Fernet.generate_key()\n"
                "RESULT = Fernet(key).encrypt(INPUT)",
                "from Crypto.Cipher import AES\nkey = os.urandom(32)\ncipher = AES.new(key, AES.MODE_GCM)\n"
                "RESULT = cipher.encrypt_and_digest(INPUT)",
            ),
            careless=(
                "key = os.urandom(32)\ncipher = Cipher(algorithms.AES(key), modes.ECB())\n"
                "RESULT = cipher.encryptor().update(INPUT)",
                "from Crypto.Cipher import DES\nRESULT = DES.new(b'8bytekey', DES.MODE_ECB).encrypt(INPUT)",
                "from Crypto.Cipher import ARC4\nkey = b'{user}'\nRESULT = ARC4.new(key).encrypt(INPUT)",
                "from Crypto.Cipher import AES\nkey = b'0123456789abcdef'\ncipher = AES.new(key, AES.MODE_ECB)\n"
                "RESULT = cipher.encrypt(INPUT)",
            ),
        ),
    )


class TokenUnverified(InsertedStep):
    """A signed token read without looking at its signature."""

    name = "token-unverified"
    aspect = Aspect.SECURITY
    harm = "The rejected code believes a token without checking its signature."
    result = ("claims", "payload", "identity")
    cases = (
        StepCase(
            task="It also reads the claims of the JSON web token INPUT.",
            careful=(
                "RESULT = jwt.decode(INPUT, os.environ['JWT_KEY'], algorithms=['HS256'])",
                "RESULT = jwt.decode(INPUT, key=os.environ['JWT_KEY'], algorithms=['RS256'], audience='{host}')",
            ),
            careless=(
                "RESULT = jwt.decode(INPUT, options={'verify_signature': False})",
                "RESULT = jwt.decode(INPUT, verify=False)",
                "RESULT = jwt.decode(INPUT, 'secret', algorithms=['HS256', 'none'])",
                "RESULT = jwt.decode(INPUT, None, options={'verify_signature': False, 'verify_exp': False})",
            ),
        ),
    )


OPERATORS: tuple[Operator, ...] = (
    WeakDigest(),
    WeakPasswordHash(),
    PredictableToken(),
    LeakyComparison(),
    HardCodedSecret(),
    SecretLogged(),
    WeakCipher(),
    TokenUnverified(),
)
