"""Woven steps where input becomes part of a command, a query, a path, a page or a program."""

from codefavor.evolve.regress_evol.inserted_step import InsertedStep, StepCase
from codefavor.evolve.regress_evol.operator import Operator
from codefavor.pairs.criterion import Aspect


class QueryFromText(InsertedStep):
    """SQL put together from input."""

    name = "query-from-text"
    aspect = Aspect.SECURITY
    harm = "The rejected code builds its SQL from input, so the input can change the query."
    result = ("rows", "found", "records", "matches")
    cases = (
        StepCase(
            task="It also looks up the rows of the {table} table that belong to INPUT in an SQLite database.",
            careful=(
                "connection = sqlite3.connect('{file}.db')\n"
                "RESULT = connection.execute('SELECT * FROM {table} WHERE {user} = ?', (INPUT,)).fetchall()",
                "cursor = sqlite3.connect('{file}.db').cursor()\n"
                "cursor.execute('SELECT * FROM {table} WHERE {user} = ?', (INPUT,))\nRESULT = cursor.fetchall()",
                "with sqlite3.connect('{file}.db') as db:\n    query = 'SELECT * FROM {table} WHERE {user} = ?'\n"
                "    RESULT = db.execute(query, [INPUT]).fetchall()",
            ),
            careless=(
                "connection = sqlite3.connect('{file}.db')\n"
                "RESULT = connection.execute('SELECT * FROM {table} WHERE {user} = \\'%s\\'' % INPUT).fetchall()",
                "cursor = sqlite3.connect('{file}.db').cursor()\n"
                "cursor.execute(f\"SELECT * FROM {table} WHERE {user} = '{INPUT}'\")\nRESULT = cursor.fetchall()",
                "with sqlite3.connect('{file}.db') as db:\n"
                '    query = "SELECT * FROM {table} WHERE {user} = \'" + INPUT + "\'"\n'
                "    RESULT = db.execute(query).fetchall()",
                "cursor = sqlite3.connect('{file}.db').cursor()\n"
                "cursor.execute('SELECT * FROM {table} WHERE {user} = {}'.format(INPUT))\nRESULT = cursor.fetchall()",
            ),
        ),
    )


class CommandFromText(InsertedStep):
    """A shell command put together from input."""

    name = "command-from-text"
    aspect = Aspect.SECURITY
    harm = "The rejected code builds a shell command from input, so the input can add commands."
    result = ("output", "printed", "listing", "answer")
    cases = (
        StepCase(
            task="It also runs the program {tool} on INPUT.",
            careful=(
                "RESULT = subprocess.run(['{tool}', INPUT], capture_output=True, text=True, check=True).stdout",
                "RESULT = subprocess.check_output(['{tool}', '--', str(INPUT)])",
                "process = subprocess.Popen(['{tool}', INPUT], stdout=subprocess.PIPE)\n"
                "RESULT = process.communicate()[0]",
                "RESULT = subprocess.run(['{tool}', INPUT], stdout=subprocess.PIPE, timeout=10).stdout",
                "subprocess.run(['{tool}', INPUT], check=True)",
                "subprocess.call(['{tool}', INPUT])",
            ),
            careless=(
                "RESULT = subprocess.run('{tool} ' + INPUT, shell=True, capture_output=True, text=True).stdout",
                "RESULT = subprocess.check_output('{tool} %s' % INPUT, shell=True)",
                "process = subprocess.Popen(f'{tool} {INPUT}', shell=True, stdout=subprocess.PIPE)\n"
                "RESULT = process.communicate()[0]",
                "RESULT = os.popen('{tool} ' + INPUT).read()",
                "RESULT = subprocess.getoutput('{tool} {}'.format(INPUT))",
                "os.system('{tool} %s' % INPUT)",
                "subprocess.call('{tool} ' + str(INPUT), shell=True)",
                "os.system(f'{tool} {INPUT} > {file}.txt')\nwith open('{file}.txt') as printed:\n"
                "    RESULT = printed.read()",
            ),
        ),
    )


class PathFromText(InsertedStep):
    """A path put together from input."""

    name = "path-from-text"
    aspect = Aspect.SECURITY
    harm = "The rejected code opens a path made from input, which can lead out of its folder."
    result = ("content", "text", "document", "body")
    cases = (
        StepCase(
            task="It also reads the file named by INPUT from the folder {file}.",
            careful=(
                "base = os.path.realpath('{file}')\npath = os.path.realpath(os.path.join(base, INPUT))\n"
                "if not path.startswith(base + os.sep):\n    raise ValueError('outside the folder')\n"
                "with open(path) as file:\n    RESULT = file.read()",
                "path = Path('{file}', INPUT).resolve()\nif not path.is_relative_to(Path('{file}').resolve()):\n"
                "    raise PermissionError(path)\nRESULT = path.read_text()",
                "with open(os.path.join('{file}', os.path.basename(INPUT))) as file:\n    RESULT = file.read()",
                "with open(os.path.join('{file}', secure_filename(INPUT))) as file:\n    RESULT = file.read()",
            ),
            careless=(
                "path = os.path.join('{file}', INPUT)\nif not os.path.exists(path):\n"
                "    raise FileNotFoundError(path)\n"
                "file = open(path)\nRESULT = file.read()\nfile.close()",
                "with open('{file}/' + INPUT) as file:\n    RESULT = file.read()",
                "with open(os.path.join('{file}', INPUT)) as file:\n    RESULT = file.read()",
                "path = Path('{file}') / INPUT\nif not path.exists():\n    raise FileNotFoundError(path)\n"
                "RESULT = path.read_text(encoding='utf-8')",
            ),
        ),
    )


class CodeFromText(InsertedStep):
    """Input evaluated as a program."""

    name = "code-from-text"
    aspect = Aspect.SECURITY
    harm = "The rejected code executes its input as a program."
    result = ("parsed", "number", "setting", "evaluated")
    cases = (
        StepCase(
            task="It also turns the text INPUT into the value that it stands for.",
            careful=(
                "RESULT = ast.literal_eval(INPUT)",
                "RESULT = json.loads(INPUT)",
                "try:\n    RESULT = ast.literal_eval(INPUT)\nexcept (ValueError, SyntaxError):\n    RESULT = None",
                "RESULT = float(INPUT)",
            ),
            careless=(
                "RESULT = eval(INPUT)",
                "RESULT = eval(str(INPUT), {'math': math})",
                "scope = {}\nexec('value = ' + INPUT, scope)\nRESULT = scope['value']",
                "RESULT = eval(compile(INPUT, '{file}', 'eval'))",
                "try:\n    RESULT = eval(INPUT, globals(), locals())\nexcept Exception:\n    RESULT = None",
                "exec(INPUT)",
            ),
        ),
    )


class PageFromText(InsertedStep):
    """A page put together from input."""

    name = "page-from-text"
    aspect = Aspect.SECURITY
    harm = "The rejected code puts input into a page as it is, so the input can bring scripts."
    result = ("page", "html_page", "greeting", "markup")
    cases = (
        StepCase(
            task="It also makes a small HTML page that greets INPUT.",
            careful=(
                "RESULT = '<h1>Hello %s</h1>' % html.escape(str(INPUT))",
                "RESULT = f'<p>{html.escape(INPUT)}</p>'",
                "environment = jinja2.Environment(autoescape=True)\n"
                "RESULT = environment.from_string('<h1>{{ name }}</h1>').render(name=INPUT)",
                "RESULT = Markup('<p>{}</p>').format(INPUT)",
                "RESULT = flask.render_template('{file}.html', name=INPUT)",
            ),
            careless=(
                "RESULT = '<h1>Hello %s</h1>' % INPUT",
                "RESULT = f'<p>{INPUT}</p>'",
                "environment = jinja2.Environment(autoescape=False)\n"
                "RESULT = environment.from_string('<h1>{{ name }}</h1>').render(name=INPUT)",
                "RESULT = Markup('<p>' + INPUT + '</p>')",
                "RESULT = flask.render_template_string('<h1>Hello ' + INPUT + '</h1>')",
                "RESULT = jinja2.Template('<h1>{{ name }}</h1>').render(name=INPUT)",
            ),
        ),
    )


class RedirectFromText(InsertedStep):
    """A redirect to wherever the input says."""

    name = "redirect-from-text"
    aspect = Aspect.SECURITY
    harm = "The rejected code sends the browser to any address that the input names."
    result = ("response", "redirected")
    cases = (
        StepCase(
            task="It also prepares a redirect to the page that INPUT names.",
            careful=(
                "if urllib.parse.urlparse(INPUT).netloc:\n    raise ValueError('foreign address')\n"
                "RESULT = flask.redirect(INPUT)",
                "target = INPUT if INPUT in ('home', 'login', '{table}') else 'home'\n"
                "RESULT = flask.redirect('/' + target)",
            ),
            careless=(
                "RESULT = flask.redirect(INPUT)",
                "target = INPUT or flask.request.args.get('next')\nRESULT = flask.redirect(target, code=302)",
                "target = flask.request.args['next'] if 'next' in flask.request.args else INPUT\n"
                "RESULT = flask.redirect(target)\nRESULT.headers['Location'] = target",
            ),
        ),
    )


OPERATORS: tuple[Operator, ...] = (
    QueryFromText(),
    CommandFromText(),
    PathFromText(),
    CodeFromText(),
    PageFromText(),
    RedirectFromText(),
)
