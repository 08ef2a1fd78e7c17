"""Attacks in Python."""

from codefavor.sandbox.wasm.attack_programs import AttackPrograms

_TRY = """
def get_through(*ways):
    for way in ways:
        try:
            if way() is not False:
                return
        except BaseException:
            pass
    raise PermissionError("held")
"""

_ATTACKS = {
    "network": """
import socket
address = ("127.0.0.1", {port})
get_through(lambda: socket.create_connection(address, 1), lambda: socket.socket().connect(address),
    lambda: socket.socketpair(), lambda: socket.socket(fileno=3).accept())
""",
    "new process": """
import os, subprocess
get_through(lambda: os.fork(), lambda: os.execv("/bin/true", ["true"]), lambda: os.posix_spawn("/bin/true", [""], {{}}),
    lambda: subprocess.run(["true"]), lambda: os.system("true") == 0, lambda: __import__("multiprocessing").Pool(1))
""",
    "threads": """
import threading, _thread
def start():
    thread = threading.Thread(target=print)
    thread.start()
    thread.join()
get_through(start, lambda: _thread.start_new_thread(print, ()))
""",
    "reading files": """
import os
paths = [{secret!r}, "/etc/passwd", "/proc/self/environ", "../" * 20 + "etc/passwd", "/dev/mem", "C:/Windows/win.ini"]
get_through(*[lambda path=path: open(path, "rb").read() for path in paths],
    lambda: os.listdir("/etc"), lambda: os.symlink({secret!r}, "link"), lambda: os.link({secret!r}, "link"))
""",
    "writing files": """
get_through(*[lambda path=path: open(path, "w").write("x") for path in ({target!r}, "/x", "/codefavor/x", "/usr/x")])
""",
    "environment": """
import os
get_through(lambda: not set(os.environ) <= {{"PYTHONHASHSEED", "PWD", "TMPDIR", "LC_ALL"}})
""",
    "memory": "get_through(lambda: bytearray({too_much}))\n",
    "clock": "import time\nget_through(lambda: abs(time.time() - {now}) < 86400)\n",
    "signals": """
import os, signal
get_through(lambda: os.kill(1, 0), lambda: os.kill({pid}, 0), lambda: signal.alarm(1))
""",
    "native code": "import ctypes\nget_through(lambda: ctypes.CDLL(None), lambda: ctypes.string_at(1024, 8))\n",
}

_CONTROLS = {
    "a program": """
import asyncio, json, tempfile
get_through(lambda: False, lambda: 1 / 0, lambda: True)
with tempfile.TemporaryFile("w+") as file:
    file.write(json.dumps(list(range(100))))
    file.seek(0)
    assert sum(json.load(file)) == 4950
async def wait():
    await asyncio.sleep(3600)
    return "done"
assert asyncio.run(wait()) == "done"
assert len(bytearray({enough})) == {enough}
""",
    "numpy": "import numpy\nassert int(numpy.arange(10).sum()) == 45\n",
}

_THIEF = """
import linecache, os
import numpy
own = {own!r}

def everything():
    class Whole:
        __array_interface__ = dict(data=(1024, False), shape=({size} - 1024,), typestr="|u1", version=3)
    yield "memory", bytes(memoryview(numpy.asarray(Whole())))
    for number in (4, 5):
        try:
            yield "descriptor", os.read(number, 1 << 20)
        except OSError:
            pass
    for name in os.listdir("/tmp"):
        yield "file", name.encode() + open("/tmp/" + name, "rb").read()
    yield "lines", repr(linecache.cache).encode()

texts = list(everything())

def find(*halves):
    first, second = (half.encode() for half in halves)
    places = []
    for place, data in texts:
        at = data.find(first)
        while at >= 0:
            if data[at + len(first) : at + len(first) + len(second)] == second:
                places.append(place)
            at = data.find(first, at + 1)
    return places

if not find(*{own_halves!r}):
    raise LookupError("the search does not find what is there")
found = find(*{halves!r})
if found:
    print(*found)
"""

PYTHON_PROGRAMS = AttackPrograms(
    attacks={name: _TRY + program for name, program in _ATTACKS.items()},
    random="""
import os, random, secrets, uuid
print(os.urandom(16), random.random(), secrets.token_hex(), uuid.uuid4())
""",
    controls={name: _TRY + program for name, program in _CONTROLS.items()},
    marked="MARKER = {marker!r}\nopen('/tmp/left', 'w').write(MARKER)\n",
    thief=_THIEF,
)
