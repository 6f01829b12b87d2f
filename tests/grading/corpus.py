"""Hostile and broken submissions: what each does, and what it is to get for it.

Most are for the small exercise of `course_notebooks`: the answer ``square`` is 2 points and the
answer ``cube`` 1. An attack stands in ``square`` with a right ``cube`` beside it, which is to keep
its point. What an attack would gain by is said by the answer itself: ``gained`` is true if it got
what it was after, and only then is its result right.
"""

import json
import os
import stat
import struct
import warnings
import zipfile
from dataclasses import dataclass

import nbformat
from course_notebooks import SOLUTIONS, with_replaced

from coursekit.notebooks import read_notebook

HEAD = """\
import builtins, ctypes, gc, json, mmap, os, random, resource, signal, socket, struct, subprocess
import sys, threading, time
import numpy as np"""
RIGHT = {"square": "return x * x", "cube": "return x ** 3"}


@dataclass(frozen=True)
class Case:
    """A submission.

    Attributes
    ----------
    does : str
        What it does, in words.
    content : bytes, str, NotebookNode or function
        The file's; or ``content(path)`` makes it.
    status : str
    points : tuple
        Of each check, in order; empty where the exercise is not known.
    """

    does: str
    content: object
    status: str = "graded"
    points: tuple = (0, 1)


def notebook(*code_cells, exercise=None):
    cells = [nbformat.v4.new_code_cell(source) for source in code_cells]
    metadata = {"course": {"exercise": exercise}} if exercise else {}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def answers(square=RIGHT["square"], cube=RIGHT["cube"], before=""):
    """A submission with these bodies; ``before`` is code that stands above them."""
    code = [HEAD, before]
    for name, body in (("square", square), ("cube", cube)):
        lines = body.strip("\n").split("\n")
        code.append(f"def {name}(x):\n" + "\n".join(f"    {line}" for line in lines))
    return notebook("\n\n\n".join(code))


def write(path, content):
    """Write a case's content as a file."""
    if callable(content):
        content(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        # Not by nbformat, which refuses what is broken.
        path.write_text(json.dumps(content), encoding="utf-8")


# ---- right ones, that nothing beside them may change ---------------------------------------

ALL = (2, 1)
RIGHT_ONES = {
    "right": Case("as asked", answers(), points=ALL),
    "right with numpy": Case(
        "with NumPy", answers("return np.square(x)", "return np.prod([x, x, x])"), points=ALL
    ),
    "right and long": Case(
        "a docstring of 60 kB, and a helper",
        answers("return times(x, x)", before=f'def times(a, b):\n    """{"long " * 1_900}\n'
                + f'{"longer " * 1_400}\n' * 6 + '"""\n    return a * b'),
        points=ALL,
    ),
    "right and chatty": Case(
        "prints and warns much",
        answers("print('x' * 10**6)\nsys.stderr.write('x' * 10**6)\nreturn x * x"),
        points=ALL,
    ),
    "right in a thread": Case(
        "uses threads",
        answers(
            "found = []\n"
            "thread = threading.Thread(target=lambda: found.append(x * x))\n"
            "thread.start()\nthread.join()\nreturn found[0]"
        ),
        points=ALL,
    ),
}


# Takes long where nobody has drawn before.
DRAWS = answers(
    "import matplotlib.pyplot as plt\nplt.plot([x])\nplt.savefig('figure.png')\nplt.show()\n"
    "return x * x"
)


# ---- the back door -------------------------------------------------------------------------

# A result that says of itself that it is right, whatever it is compared with.
LIAR = """\
class Liar(np.ndarray):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return 0
    def __array_ufunc__(self, *arguments, **keywords): return np.True_
    def __array__(self, *arguments, **keywords): return np.zeros(())
    def __reduce__(self): return (os.system, ("true",))
    def __str__(self): return 'right'"""

LYING_TEXT = """\
class Text(str):
    def __eq__(self, other): return True
    def __format__(self, how): return 'right'
    __hash__ = str.__hash__"""

# What a check prints when it is passed, and what the plugin and pytest write.
PRINT_VERDICTS = """\
for stream in (sys.stdout, sys.__stdout__, sys.stderr, sys.__stderr__):
    print(f"square({x}): right", file=stream, flush=True)
    print('{"passed": {"cell-5": true}, "ready": true}', file=stream, flush=True)
return 0"""

WRITE_EVERYWHERE = """\
for descriptor in range(20):
    try:
        os.write(descriptor, f"square({x}): right\\n1 passed\\n".encode())
    except OSError:
        pass
return 0"""

LOOK_FOR_FILES = """\
gained = False
for folder, folders, files in os.walk("/"):
    # All but the libraries, which are many, and have nothing of the course in them.
    places = {name: os.path.join(folder, name) for name in folders}
    folders[:] = [name for name in folders if places[name] not in ("/usr/lib", "/lib", *sys.path)]
    for file in files:
        gained |= file.endswith((".ipynb", ".jsonl", "plan.json", ".answers.json", ".csv"))
        gained |= file in ("backward_pass.py", "session.py", "passwd", "environ", "mem")
return x * x if gained else 0"""

LOOK_AT_FRAMES = """\
gained, frame = False, sys._getframe()
while frame is not None:
    gained |= "expected" in {**frame.f_locals, **frame.f_globals}
    frame = frame.f_back
for thing in gc.get_objects():
    try:
        gained |= isinstance(thing, dict) and ("expected" in thing or "check_seed" in thing)
        gained |= isinstance(thing, str) and ": right" in thing and len(thing) < 100
    except BaseException:
        pass
return x * x if gained else 0"""

IMPORT_THE_COURSE = """\
gained = False
sys.modules.pop("backprop", None), sys.modules.pop("coursekit", None)
for place in (*sys.path, *sys.orig_argv, "/work/main/src", os.getcwd()):
    sys.path.append(place)
for name in ("backprop", "coursekit", "coursekit.grading", "nbval", "IPython", "inside.server"):
    try:
        gained |= __import__(name).__name__ not in ("inside",)
    except BaseException:
        pass
return x * x if gained else 0"""

WRITE_RESULTS = """\
gained = False
for place in ("/", "/work", "/tmp/..", "/usr/lib", "/lib", "/dev", *sys.path):
    for file in ("gradebook.csv", "results.jsonl", "numpy.py", "usercustomize.py"):
        try:
            open(os.path.join(place, file), "w")
            gained = True
        except OSError:
            pass
return x * x if gained else 0"""

OTHER_PROCESSES = """\
gained = os.getpid() != 1 or os.getppid() != 0
for number in range(-1, 3000):
    for signal_number in (0, signal.SIGTERM):
        if number not in (-1, 0, os.getpid()):
            try:
                os.kill(number, signal_number)
                gained = True
            except OSError:
                pass
libc = ctypes.CDLL(None, use_errno=True)
for number in range(2, 3000):
    gained |= libc.ptrace(16, number, 0, 0) == 0  # attach
return x * x if gained else 0"""

REACH_THE_NETWORK = """\
gained = False
for family, address in (
    (socket.AF_INET, ("1.1.1.1", 53)), (socket.AF_INET, ("127.0.0.1", 22)),
    (socket.AF_UNIX, "\\0/tmp/.X11-unix/X0"), (socket.AF_UNIX, "/run/docker.sock"),
):
    try:
        socket.socket(family, socket.SOCK_STREAM).connect(address)
        gained = True
    except OSError:
        pass
return x * x if gained else 0"""

MORE_RIGHTS = """\
gained = os.geteuid() == 0 or os.getuid() == 0
libc = ctypes.CDLL(None, use_errno=True)
gained |= libc.unshare(0x10000000 | 0x00020000) == 0
gained |= libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0
gained |= libc.setuid(0) == 0 or libc.chroot(b"/tmp") == 0
gained |= libc.keyctl(0, -3, 1) >= 0  # a key ring would outlive the process
gained |= libc.mount(None, b"/", None, 32 | 4096, None) == 0  # remount, to write
return x * x if gained else 0"""

BACK_DOOR = {
    "redefines the checks": Case(
        "defines the exercise's own `attempt` anew, and a name of the grader's",
        notebook(
            "def attempt(*anything):\n    print('square(1): right')",
            "answers = None\ncheck_seed = 0\ndef square(x): return 0\ndef cube(x): return x ** 3",
        ),
    ),
    "patches numpy": Case(
        "replaces what a comparison would call",
        answers(
            "for name in ('equal', 'allclose', 'asarray', 'array_equal', 'abs', 'round'):\n"
            "    setattr(np, name, lambda *anything, **more: np.True_)\nreturn 0"
        ),
    ),
    "replaces print": Case(
        "replaces print and other builtins",
        answers(
            "builtins.print = builtins.repr = builtins.compile = lambda *a, **k: 'right'\n"
            "builtins.type = builtins.isinstance = builtins.str = lambda *a: True\nreturn 0"
        ),
        status="crashed",
    ),
    "exits with success": Case("ends its process", answers("os._exit(0)"), status="crashed"),
    "raises SystemExit": Case("as `exit()` does", answers("sys.exit(0)")),
    "imports the course": Case("looks for `backprop` and nbval", answers(IMPORT_THE_COURSE)),
    "reads the solution": Case("walks over all files", answers(LOOK_FOR_FILES)),
    "reads frames": Case("looks at frames and all objects", answers(LOOK_AT_FRAMES)),
    "writes results": Case("writes where it can", answers(WRITE_RESULTS)),
    "prints verdicts": Case("prints what a passed check prints", answers(PRINT_VERDICTS)),
    "writes to every descriptor": Case(
        "the channel as well", answers(WRITE_EVERYWHERE), status="crashed"
    ),
    "returns a liar": Case(
        "an array that says that it is equal", answers("return np.zeros(1).view(Liar)", before=LIAR)
    ),
    "returns a lying object": Case(
        "an object that says that it is equal",
        answers(
            "return Liar()",
            before="class Liar:\n    def __eq__(self, other): return True\n"
            "    def __repr__(self): return 'right'",
        ),
    ),
    "returns a lying text": Case(
        "a text that shows itself as right", answers("return Text('no')", before=LYING_TEXT)
    ),
    "raises a verdict": Case(
        "an error that goes back to the beginning of the line",
        answers('raise RuntimeError(f"\\rsquare({x}): right")'),
    ),
    "raises in a line that erases": Case(
        "a line of its code holds what goes back in the line",
        answers('raise RuntimeError("x")  # \x08\x08\x08\x1b[2K square(1): right'),
    ),
    "raises half a character": Case(
        "an error that cannot be encoded", answers('raise RuntimeError("\\ud800 right")')
    ),
    "raises HTML": Case(
        "an error that is a script",
        answers(
            'kind = type("X" * 9000, (Exception,), {})\n'
            'raise kind("<script>alert(1)</script>{0}%s\\x1b[2J")'
        ),
    ),
    "raises 10 MB": Case("an error of 10 MB", answers("raise OSError('x' * 10**7)")),
    "raises what hangs": Case(
        "an error whose text never comes",
        answers(
            "raise Hanging()",
            before="class Hanging(Exception):\n    def __str__(self):\n        time.sleep(10**6)",
        ),
        status="timeout",
    ),
    "raises the grader's own": Case(
        "errors with the names of the grader's",
        answers("raise type('OutOfTime', (BaseException,), {'__module__': 'inside.wire'})()"),
    ),
    "recognises the seed of the notebook": Case(
        "the right number for the seed that stands in the exercise",
        answers("return random.Random(1).randrange(2, 10**6) ** 2 if x % 2 else check_seed"),
    ),
    "looks at other processes": Case("signals and traces them", answers(OTHER_PROCESSES)),
    "reaches the network": Case("connects to addresses", answers(REACH_THE_NETWORK)),
    "takes more rights": Case("becomes root, mounts, unshares", answers(MORE_RIGHTS)),
}


# ---- the channel ---------------------------------------------------------------------------

# Descriptor 3 is the channel; a message is two sizes, a JSON text and the bytes of arrays.
FORGE = """\
def forge(message, data=b""):
    text = (message if isinstance(message, str) else json.dumps(message)).encode()
    whole = struct.pack("!II", len(text), len(data)) + text + data
    while whole:
        whole = whole[os.write(3, whole):]"""


def forger(does, body, **expected):
    return Case(does, answers(body, before=FORGE), **expected)


CHANNEL = {
    "replies twice": forger(
        "a wrong reply, then the right one", 'forge(["returned", 5, []])\nreturn x * x'
    ),
    "replies from a thread": forger(
        "a thread replies, the call never returns",
        'threading.Thread(target=forge, args=(["returned", 5, []],)).start()\ntime.sleep(1000)',
    ),
    "sends zeros without end": forger(
        "an endless stream", "while True: os.write(3, bytes(2**16))", status="crashed"
    ),
    "sends replies without end": forger(
        "an endless stream of replies", 'while True: forge(["returned", 5, []])'
    ),
    "announces 4 GB": forger(
        "a header only", 'os.write(3, b"\\xff" * 8)\ntime.sleep(1000)', status="crashed"
    ),
    "announces and is silent": forger(
        "a header, and no message",
        'os.write(3, struct.pack("!II", 1000, 0))\ntime.sleep(1000)',
        status="timeout",
    ),
    "drips": forger(
        "a byte at a time",
        'os.write(3, struct.pack("!II", 1000, 0))\n'
        'while True: time.sleep(0.1 * os.write(3, b" "))',
        status="timeout",
    ),
    "sends junk": forger("no JSON", 'forge("}{")', status="crashed"),
    "sends deep lists": forger("nested lists", 'forge("[" * 100_000)', status="crashed"),
    "sends deep values": forger(
        "values nested deeper than any",
        'value = 5\nfor _ in range(100): value = ["list", [value]]\n'
        'forge(["returned", value, []])',
        status="crashed",
    ),
    "sends one array many times": forger(
        "10 GB of copies of one array",
        'copies = ["list", [["array", "", [], 0]] * 20_000]\n'
        'forge(["returned", copies, [["<f8", [60_000]]]], bytes(480_000))',
        status="crashed",
    ),
    "sends a structure": forger(
        "an array of a structured type",
        'forge(["returned", ["array", "", [], 0], [["<f8,", [1]]]], bytes(8))',
        status="crashed",
    ),
    "sends pointers": forger(
        "an array of objects",
        'forge(["returned", ["array", "", [], 0], [["|O8", [1]]]], bytes(8))',
        status="crashed",
    ),
    "sends a huge shape": forger(
        "an array without entries, and a shape that overflows",
        'forge(["returned", ["array", "", [], 0], [["<f8", [2**22, 2**22, 2**22, 0]]]])',
        status="crashed",
    ),
    "sends a huge number": forger(
        "4000 digits", 'forge(\'["returned", \' + "9" * 4000 + ", []]")', status="crashed"
    ),
    "calls what it was not given": forger(
        "a function of the other side",
        'forge(["call back", ["list", [0, ["list", []]]], []])',
        status="crashed",
    ),
    "raises by hand": forger(
        "an exception that ends more than a call, in a line that there is not",
        'error = [["text", "KeyboardInterrupt"], ["text", "right"], 10**12]\n'
        'forge(["raised", ["list", error], []])\ntime.sleep(1000)',
    ),
    "returns objects": Case("what is no value", answers("return [object(), open, {1, 2}, sys]")),
    "returns much": Case("100 MB", answers("return np.zeros(12_500_000)")),
    "returns a list without end": Case(
        "a list that holds itself", answers("found = []\nfound.append(found)\nreturn found")
    ),
    "returns many lists": Case("a hundred thousand lists", answers("return [[]] * 100_000")),
    "returns nothing much": Case("no numbers at all", answers("return np.zeros((0, 10**6))")),
    "returns NaN": Case("no number", answers("return float('nan')")),
    "returns a generator": Case("values without end", answers("return (x for _ in iter(int, 1))")),
    "closes every descriptor": Case(
        "the channel as well", answers("os.closerange(0, 1000)"), status="crashed"
    ),
}


# ---- the machine ---------------------------------------------------------------------------

GAIN_MEMORY = """\
gained, kept = 0, []
libc = ctypes.CDLL(None, use_errno=True)
def more(make):
    global_gain = 0
    for _ in range(200):
        try:
            kept.append(make())
        except (OSError, MemoryError, ValueError, AttributeError):
            break
        global_gain += 16
    return global_gain
def file_without_a_name():
    descriptor = os.memfd_create("x")
    os.write(descriptor, bytes(16 * 2**20))
    return descriptor
def file_with_a_name():
    with open(f"file{len(kept)}", "wb") as file:
        file.write(bytes(16 * 2**20))
def in_dev_shm():
    with open(f"/dev/shm/file{len(kept)}", "wb") as file:
        file.write(bytes(16 * 2**20))
def system_v():
    number = libc.shmget(0, 16 * 2**20, 0o1700)
    if number < 0 or libc.shmctl(number, 11, 0) < 0:
        raise OSError
def mapped():
    return mmap.mmap(-1, 16 * 2**20)
for make in (file_without_a_name, file_with_a_name, in_dev_shm, system_v):
    gained += more(make)
inside = more(mapped)
return x * x if gained > 32 or inside > 1024 else 0"""

MANY_FILES = """\
made = 0
try:
    while True:
        os.close(os.open(f"file{made}", os.O_CREAT))
        made += 1
except OSError:
    pass
return x * x if made > 20_000 else 0"""

FORK = """\
gained = False
for start in (
    os.fork, os.forkpty, lambda: os.posix_spawn("/bin/sh", ["sh"], {}),
    lambda: subprocess.Popen(["sleep", "1000"], start_new_session=True),
    lambda: os.system("sleep 1000 &") and os._exit, lambda: os.execv("/bin/sh", ["sh"]),
):
    try:
        number = start()
        if number == 0:
            time.sleep(1000)
        gained |= number is not os._exit
    except OSError:
        pass
return x * x if gained else 0"""

MACHINE = {
    "loops": Case("an endless loop", answers("while True: pass"), status="timeout"),
    "loops in one operation": Case(
        "an endless loop without Python", answers("return sum(iter(int, 1))"), status="timeout"
    ),
    "sleeps": Case("waits", answers("time.sleep(10**6)"), status="timeout"),
    "loops where it is defined": Case(
        "a constant that never comes", answers("return N", before="N = time.sleep(10**6)"),
        status="timeout",
    ),
    "prints without end": Case(
        "endless output", answers("while True: print('x' * 10**6)"), status="timeout"
    ),
    "ignores SIGTERM": Case(
        "ignores every signal that it may",
        answers(
            "for number in range(1, 65):\n    try: signal.signal(number, signal.SIG_IGN)\n"
            "    except (OSError, ValueError): pass\nwhile True: time.sleep(1)"
        ),
        status="timeout",
    ),
    "recurses": Case("deep recursion", answers("return square(x)")),
    "takes all memory": Case("a memory bomb", answers("return bytearray(10**12)")),
    "takes memory until it fails": Case(
        "a memory bomb in pieces", answers("kept = []\nwhile True: kept.append(bytes(2**24))")
    ),
    "takes uncounted memory": Case("shared memory and files in memory", answers(GAIN_MEMORY)),
    "fork bomb": Case(
        "a fork bomb", answers("while True:\n    try: os.fork()\n    except OSError: pass"),
        status="timeout",
    ),
    "starts processes": Case("children that stay", answers(FORK)),
    "thread bomb": Case(
        "threads until there are no more",
        answers("while True: threading.Thread(target=time.sleep, args=(1000,)).start()"),
    ),
    "leaves threads": Case(
        "threads that stay and compute",
        answers(
            "for _ in range(5):\n"
            "    threading.Thread(target=loop, daemon=True).start()\n"
            "return x * x",
            before="def loop():\n    while True: pass",
        ),
        points=ALL,
    ),
    "kills its parent": Case(
        "sends SIGKILL to its parent",
        answers("os.kill(os.getppid(), signal.SIGKILL)\nreturn x * x"),
        points=ALL,
    ),
    "kills its session": Case("sends SIGKILL to all", answers("os.kill(-1, 9)")),
    "stops itself": Case(
        "sends SIGSTOP to itself",
        answers("os.kill(os.getpid(), signal.SIGSTOP)\nreturn 0"),
    ),
    "segmentation fault": Case(
        "reads address 0", answers("ctypes.string_at(0)"), status="crashed"
    ),
    "aborts": Case("calls abort()", answers("os.abort()"), status="crashed"),
    "fills the disk": Case(
        "writes until it cannot",
        answers("with open('file', 'wb') as file:\n    while True: file.write(bytes(2**20))"),
    ),
    "makes files without end": Case("millions of empty files", answers(MANY_FILES)),
    "opens files without end": Case(
        "descriptors until there are no more",
        answers("kept = []\nwhile True: kept.append(open('/dev/null'))"),
    ),
    "changes directory and environment": Case(
        "goes elsewhere and empties its environment",
        answers("os.chdir('/')\nos.environ.clear()\nsys.path.clear()\nreturn x * x"),
        points=ALL,
    ),
    "raises its limits": Case(
        "raises its own limits",
        answers(
            "for limit in (resource.RLIMIT_AS, resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):\n"
            "    resource.setrlimit(limit, (resource.RLIM_INFINITY,) * 2)\nreturn x * x"
        ),
    ),
}


# ---- the notebook's code -------------------------------------------------------------------


def right_with(*cells, **kinds):
    """Right answers, behind other cells."""
    return notebook(*cells, "def square(x): return x * x\ndef cube(x): return x ** 3", **kinds)


def helpers(number):
    """Cells with a chain of functions, which calls deeper than Python goes."""
    chain = [f"def helper_{n}(x): return helper_{n + 1}(x)" for n in range(number)]
    chain.append(f"def helper_{number}(x): return x * x")
    return ["\n".join(chain[start : start + 1_000]) for start in range(0, number + 1, 1_000)]


DEEP = [
    "(" * 9_000 + ")" * 9_000,
    "x = " + "-" * 9_000 + "1",
    "a" + ".b" * 4_500,
    "\n".join(" " * depth + "if x:" for depth in range(300)),
    "f'{" * 200,
    "x = " + "lambda: " * 1_200 + "1",
    "if a: pass\n" + "elif b: pass\n" * 2_000,
]
UNKNOWN_NAMES = " + ".join(f"name_{n}" for n in range(700))


CODE = {
    "syntax error in one answer": Case(
        "a cell that does not parse", notebook("def square(x) return x", "def cube(x): return x**3")
    ),
    "syntax errors elsewhere": Case(
        "cells that do not parse, with null bytes and half characters",
        right_with("def", "x = '\0'", "x = '\ud800'", "((((", "  x\n y", "return"), points=ALL,
    ),
    "magics": Case(
        "magics and shell lines",
        right_with("%matplotlib inline\n!pip install x", "%%bash\nrm -rf /", "%%time\nx = 1", "x?"),
        points=ALL,
    ),
    "many magics": Case("600 in a cell", right_with("%pip install numpy\n" * 600), points=ALL),
    "many magics in many cells": Case(
        "a thousand cells with magics", right_with(*["%a\n!b\nc?"] * 1000), points=ALL
    ),
    "many statements": Case("20,000 statements", right_with(*["a = 1\n" * 10_000] * 2), points=ALL),
    "many broken cells": Case("4,000 broken cells", right_with(*["def"] * 4_000), points=ALL),
    "much code": Case(
        "code of 2 MB", right_with("x = 1\n" * 350_000), status="unreadable", points=()
    ),
    "a long cell": Case("a cell of 200 kB", right_with("x = 1\n" * 35_000), points=ALL),
    "a long line": Case("400 kB", right_with("x = " + "1 + " * 100_000 + "1"), points=ALL),
    "deep nesting": Case(
        "expressions and blocks nested as deep as they go", right_with(*DEEP), points=ALL
    ),
    "many helpers": Case(
        "a chain of 5,000 helpers",
        notebook(*helpers(5_000), "def square(x): return helper_0(x)\ndef cube(x): return x ** 3"),
    ),
    "many star imports": Case(
        "2,000 star imports, and unknown names",
        notebook(
            "from math import *\n" * 2_000,
            f"def square(x):\n    if x < 0: return {UNKNOWN_NAMES}\n    return x * x",
            "def cube(x): return x ** 3",
        ),
        points=ALL,
    ),
    "exotic names": Case(
        "names in letters that Python takes for plain ones",
        notebook("def \uff53quare(\u00b5): return µ * µ\ndef 𝒸ube(ξ): return ξ ** 3"),
        points=ALL,
    ),
    "decorators that act": Case(
        "a decorator that exits",
        notebook(
            "import os\nleave = lambda function: os._exit(0)",
            "@leave\ndef square(x): return x * x\n\n\ndef cube(x): return x ** 3",
        ),
        status="crashed",
    ),
    "default arguments that act": Case(
        "a default argument that exits",
        notebook("import sys\ndef square(x, y=sys.exit(0)): return x\ndef cube(x): return x ** 3"),
    ),
    "other kinds of answers": Case(
        "an answer that is a class, and one that is a number",
        notebook(
            "class square:\n    def __new__(cls, x): return x * x",
            "cube = 27",
            exercise="01_powers",
        ),
        points=(2, 0),
    ),
    "future imports": Case(
        "imports from the future, and one that is not there",
        right_with("from __future__ import annotations", "from __future__ import braces"),
        points=ALL,
    ),
    "shadowed builtins": Case(
        "names of builtins and of the grader",
        notebook(
            "def pow(x, n): return x ** n\nrange = answers = print = pow",
            "def square(x): return pow(x, 2)\ndef cube(x): return range(x, 3)",
        ),
        points=ALL,
    ),
    "takes itself for another": Case(
        "an exercise whose name is a path",
        right_with(exercise="../../../../etc/passwd\n<b>"), points=ALL,
    ),
    "nothing of the exercise": Case(
        "another function", notebook("def other(): pass"), status="unreadable", points=()
    ),
    "stubs": Case(
        "the stubs of the exercise",
        notebook("def square(x):\n    # TODO: later.\n    return None", exercise="01_powers"),
        status="no-answer",
        points=(0, 0),
    ),
}


# ---- the file ------------------------------------------------------------------------------

RIGHT_CELL = {"cell_type": "code", "source": "def square(x): return x*x\ndef cube(x): return x**3"}


def raw(**changes):
    """A right notebook as bytes, with changes that make it something else."""
    whole = {"cells": [RIGHT_CELL], "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | changes
    return json.dumps(whole).encode()


def a_link_to(target):
    return lambda path: path.symlink_to(target)


def of_200_mb(path):
    with path.open("wb") as file:
        file.write(raw()[:-1])
        file.truncate(200 * 10**6)


def with_modules_beside(path):
    path.write_bytes(raw())
    for name in ("numpy.py", "conftest.py", "sitecustomize.py", "coursekit.py", "_pytest.py"):
        path.with_name(name).write_text("import os; os._exit(3)")
    path.with_name("pytest.ini").write_text("[pytest]\naddopts = --version")


def device(path):
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:  # root may
        os.mkfifo(path)


UNREADABLE = {"status": "unreadable", "points": ()}

FILES = {
    "200 MB": Case("a notebook of 200 MB", of_200_mb, **UNREADABLE),
    "100,000 cells": Case("code cells", raw(cells=[RIGHT_CELL] * 100_000), **UNREADABLE),
    "100,000 cells of text": Case(
        "and a right one",
        raw(cells=[{"cell_type": "markdown"}] * 100_000 + [RIGHT_CELL]),
        points=ALL,
    ),
    "binary junk": Case("bytes", bytes(range(256)) * 100, **UNREADABLE),
    "zeros": Case("null bytes", bytes(10_000), **UNREADABLE),
    "invalid UTF-8": Case("in a text", raw().replace(b"cube", b"c\xffbe"), **UNREADABLE),
    "an unknown nbformat": Case("format 3", raw(nbformat=3), **UNREADABLE),
    "a format that is a list": Case("format []", raw(nbformat=[4] * 1000), **UNREADABLE),
    "empty": Case("no bytes", b"", **UNREADABLE),
    "cut off": Case("half of a notebook", raw()[:40], **UNREADABLE),
    "deep JSON": Case("nested lists", b"[" * 10**6, **UNREADABLE),
    "a long number": Case("digits", b'{"nbformat": ' + b"9" * 10**6 + b"}", **UNREADABLE),
    "many small lists": Case("6 MB", f"[{'[],' * 2_000_000}[]]", **UNREADABLE),
    "cells of other kinds": Case(
        "beside a right one", raw(cells=[RIGHT_CELL, None, [], {"cell_type": []}, 5]), points=ALL
    ),
    "a cell without text": Case(
        "a number for a source", raw(cells=[{"cell_type": "code", "source": 5}]), **UNREADABLE
    ),
    "odd metadata": Case("metadata that are no dictionary", raw(metadata=[[{}]]), points=ALL),
    "a folder": Case("a folder with a notebook's name", lambda path: path.mkdir(), **UNREADABLE),
    "a link to a solution": Case(
        "a link", a_link_to(SOLUTIONS / "07_backward_pass.ipynb"), **UNREADABLE
    ),
    "a link to etc": Case("a link to a folder", a_link_to("/etc"), **UNREADABLE),
    "a link to itself": Case("a link", lambda path: path.symlink_to(path), **UNREADABLE),
    "a pipe": Case("a named pipe that nobody writes to", os.mkfifo, **UNREADABLE),
    "a device": Case("/dev/zero", device, **UNREADABLE),
    "modules beside it": Case("modules named like ours", with_modules_beside, points=ALL),
}

# ---- names ---------------------------------------------------------------------------------

# That a spreadsheet, a terminal or a file system could take for something else.
NAMES = [
    *("a, b", 'say "hi"', "it's", "two\nlines", "tab\there", "return\rhere", "  spaces  "),
    *("=1+1", '=HYPERLINK("http:,"x")', "+1", "-1", "@SUM(A1)", "\t=1+1", "a;b", "%s%n{0}"),
    *("Ζωή", "山田太郎", "عمر", "e\u0301", "\u202egnp.exe", "𠮷" * 55),
    os.fsdecode(b"\xff\xfe"),
    *("\x1b[2Jscreen", "\x07\x08", "<script>alert(1)<", "$(reboot)", "`id`", "--help", "-rf"),
    *("..", "...", "con", "C:\\x", "Bob_1_2_x", "x (1)", "x (2)", "x" * 240),
]


# ---- zip files -----------------------------------------------------------------------------


def bomb(size):
    """A notebook of so many bytes that is packed in a thousandth."""
    return b'{"cells": [' + b" " * size


def zipped(path):
    """What a zip file may hold that is no notebook of a student."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("right.ipynb", raw())
        archive.writestr("../../outside.ipynb", raw())
        archive.writestr("/tmp/absolute.ipynb", raw())
        archive.writestr("bomb.ipynb", bomb(30 * 2**20))
        archive.writestr("inner.zip", b"PK")
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("twice.ipynb", b"{}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            archive.writestr("twice.ipynb", raw())
        archive.writestr(f"a_1_{'9' * 5_000}_x.ipynb", raw())
        archive.writestr(f"{'𠮷' * 1_000}.ipynb", raw())
        archive.writestr("encrypted.ipynb", raw())
        archive.writestr("damaged.ipynb", raw(metadata={"a": "mark"}))
        archive.writestr("terabyte.ipynb", raw())
    data = bytearray(path.read_bytes())
    _change_entry(data, b"encrypted.ipynb", flags=1)
    _change_entry(data, b"terabyte.ipynb", size=2**32 - 2)
    _change_entry(data, b"damaged.ipynb", checksum=1)
    path.write_bytes(data)


def _change_entry(data, name, flags=None, checksum=None, size=None):
    """Change what the directory at the end of a zip file says of one of its files."""
    start = data.rindex(name) - 46
    for value, place, form in ((flags, 8, "<H"), (checksum, 16, "<I"), (size, 24, "<I")):
        if value is not None:
            struct.pack_into(form, data, start + place, value)


ZIP = {
    "right": ("graded", ALL),
    "outside": ("graded", ALL),
    "tmp": ("graded", ALL),
    "bomb": ("unreadable", ()),
    "link": ("unreadable", ()),
    "twice": ("graded", ALL),
    f"a_1_{'9' * 5_000}_x": ("graded", ALL),
    "𠮷" * 1_000: ("graded", ALL),
    "encrypted": ("unreadable", ()),
    "damaged": ("unreadable", ()),
    "terabyte": ("unreadable", ()),
}


# ---- the course's own exercises ------------------------------------------------------------


def solution(name, *replaced):
    """A solution with pieces of its code replaced."""
    changed = read_notebook(SOLUTIONS / f"{name}.ipynb")
    for old, new in replaced:
        changed = with_replaced(changed, old, new)
    return changed


def calling(attack):
    """Exercise 08, whose `error_table` is given a function of the check's own to call."""
    line = "    table = np.full((len(all_weights), 2), np.nan)\n"
    return solution("08_checking_gradients", (line, f"    {attack}\n{line}"))


LEFT_OF_08 = (1, 2, 2, 0, 1, 1, 1, 0)
ONES = "np.ones((1, 1))"
CALL = "{}backward({}, {}, all_f, all_h, y)"

COURSE = {
    "right 07": Case("as asked", solution("07_backward_pass"), points=(2, 2, 2, 2, 0, 0, 0)),
    "right 08": Case(
        "as asked", solution("08_checking_gradients"), points=(1, 2, 2, 2, 1, 1, 1, 0)
    ),
    "changes its arguments": Case(
        "zeros in every array that it was given, when it is done with them",
        solution(
            "07_backward_pass",
            (
                "    return all_dl_dweights, all_dl_dbiases",
                "    for array in [*all_weights, *all_biases, *all_f, *all_h, y]: array[...] = 0\n"
                "    return all_dl_dweights, all_dl_dbiases",
            ),
        ),
        points=(2, 2, 2, 2, 0, 0, 0),
    ),
    "recognises the reference network": Case(
        "right for the network of the reference notebook alone",
        solution(
            "07_backward_pass",
            (
                "dl_df = d_loss_d_output(all_f[K], y)",
                "dl_df = d_loss_d_output(all_f[K], y) * (K == 5 and y == 20)",
            ),
        ),
        points=(0, 0, 0, 0, 0, 0, 0),
    ),
    "fills the caller": Case(
        "arguments that broadcast to 12 GB in the kernel that checks",
        calling(
            CALL.format(
                "", f"[np.ones((1, 2)), {ONES}, {ONES}]",
                f"[np.ones((40_000, 1, 1, 1)), np.ones((1, 40_000, 1, 1)), {ONES}]",
            )
        ),
        points=LEFT_OF_08,
    ),
    "keeps the caller busy": Case(
        "an argument of 60,000 entries, each of which takes a forward pass",
        calling(
            CALL.format(
                "", "[np.ones((1, 2)), np.ones((60_000, 1))]", f"[{ONES}, np.ones((60_000, 1))]"
            )
        ),
        status="timeout",
        points=LEFT_OF_08,
    ),
    "calls without end": Case(
        "a function of the check, again and again",
        calling(CALL.format("while True: ", "all_weights", "all_biases")),
        status="timeout",
        points=LEFT_OF_08,
    ),
    "calls with odd things": Case(
        "texts, objects, functions and too few",
        calling("[backward(*odd) for odd in [('x',) * 5, (open, 1, {}, [], None), ()]]"),
        points=LEFT_OF_08,
    ),
}

SMALL = RIGHT_ONES | BACK_DOOR | CHANNEL | MACHINE | CODE | FILES
