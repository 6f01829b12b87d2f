"""The trusted side: what stands in a check's notebook in place of a submission's answers.

Each answer runs in a process of its own, from its first call on, and a call passes plain values to
it and back. What such a process does, an answer that it ruins is its own: it is ended, and every
further call of it raises at once.
"""

import builtins
import contextlib
import importlib.metadata
import json
import linecache
import os
import re
import resource
import signal
import site
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from packaging.requirements import Requirement

from coursekit.grading.sandbox.inside import wire

# The interpreter starts without its site-packages, so that no `.pth` file in them leads to the
# course's own packages; what an answer may import is put on its path here.
SERVER = """\
import sys
sys.path = [path for path in sys.path if path]
import json, socket
control, folder, settings = int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
del sys.argv[1:], sys.orig_argv[1:]
sys.path = [folder, *sys.path, *settings["site_packages"]]
from inside import server
sys.path.remove(folder)
server.main(socket.socket(fileno=control), settings)
"""

# What an exercise may import: these and what they need.
PACKAGES = ("numpy", "matplotlib")

# Where the interpreter's own libraries are.
SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64")
LIBRARY_CACHE = "/etc/ld.so.cache"

BETWEEN = "\n\n\n"  # two statements

KEPT_MEMORY = 256 * 2**20  # bytes that a process may keep while another answer is called

PATIENCE = 0.5  # seconds that a process which closed its channel has to end


class NoSandbox(RuntimeError):
    """A process could not be made or shut in: the machine's fault and no submission's."""


class AnswerEnded(RuntimeError):
    """The process of an answer is no more."""


@dataclass(frozen=True)
class Limits:
    """What one answer may use.

    Attributes
    ----------
    seconds : float
        For all of its calls together.
    memory, file_size, output_size : int
        In MB. ``output_size`` is the most that it may return at once; what it prints is dropped.
    processes, open_files : int
    """

    seconds: float = 20
    memory: int = 1024
    processes: int = 8
    open_files: int = 64
    file_size: int = 16
    output_size: int = 1


@dataclass
class Ended:
    """How an answer's process ended before its time."""

    status: str  # "timeout" or "crashed"
    how: str  # in words
    check: str  # in which check


# ---- the server ----------------------------------------------------------------------------


class Server:
    """The process that forks a process for each answer.

    Attributes
    ----------
    still : list of str
        What the answer that was started last can do although it is shut in, in words.
    """

    def __init__(self, namespaces, hidden=()):
        """
        Parameters
        ----------
        namespaces : bool
            Whether an answer is shut in by namespaces, or has limits only.
        hidden : iterable of str
            Folders that no answer may see, wherever they are.
        """
        self.control, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            [sys.executable, "-s", "-S", "-B", "-c", SERVER, str(theirs.fileno())]
            + [str(Path(__file__).parent), json.dumps(_settings(namespaces, hidden))],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(namespaces),
            start_new_session=True,
        )
        theirs.close()

    def start(self, limits):
        """(pid, channel) of a new process.

        Raises
        ------
        NoSandbox
        """
        ours, theirs = socket.socketpair()
        with theirs:
            reply = self._ask({"limits": asdict(limits)}, [theirs.fileno()])
        if "error" in reply:
            ours.close()
            raise NoSandbox(reply["error"])
        try:
            kind, told = wire.receive(ours, deadline=time.monotonic() + 30)
        except (wire.Broken, wire.OutOfTime):
            kind, told = "not shut in", "the process ended at once"
        if kind != "shut in":
            ours.close()
            self.end(reply["pid"])
            raise NoSandbox(told)
        self.still = told
        return reply["pid"], ours

    def end(self, pid, patience=0.0):
        """End a process; how it had ended by itself, or None."""
        return self._ask({"end": pid, "patience": patience}, [])["status"]

    def close(self):
        self.control.close()
        self.process.wait()

    def _ask(self, request, descriptors):
        try:
            socket.send_fds(self.control, [json.dumps(request).encode()], descriptors)
            reply = self.control.recv(2**16)
        except OSError:
            reply = b""
        if not reply:
            raise NoSandbox("its server ended")
        return json.loads(reply)


def _environment(namespaces):
    # One thread each: many answers run side by side, and threads count as processes.
    environment = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    # A set of texts has the same order in every run.
    environment["PYTHONHASHSEED"] = "0"
    if namespaces:  # without them the answers' own user could not go through our folders
        environment["TMPDIR"] = tempfile.gettempdir()
    return environment


def _settings(namespaces, hidden):
    site_packages = list(dict.fromkeys(sysconfig.get_path(key) for key in ("purelib", "platlib")))
    standard_library = sysconfig.get_path("stdlib")
    libraries = [*SYSTEM_LIBRARIES, LIBRARY_CACHE, sysconfig.get_config_var("LIBDIR"), standard_library]
    visible = _outermost(path for path in libraries if path and os.path.exists(path))
    covered = [*site_packages, *site.getsitepackages([sys.base_prefix]), *map(str, hidden)]
    covered = [path for path in dict.fromkeys(covered) if os.path.isdir(path)]
    return {
        "namespaces": namespaces,
        "site_packages": site_packages,
        "visible": visible,
        "covered": [path for path in covered if _is_in(path, visible)],
        "packages": sorted(_files_of_packages()),
    }


def _is_in(path, folders):
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def _outermost(paths):
    """The paths without those that lie in another of them."""
    paths = sorted(set(paths))
    return [path for path in paths if not _is_in(path, [p for p in paths if p != path])]


def _files_of_packages():
    """The files and folders, directly in site-packages, of all that an exercise may import."""
    wanted, seen, files = list(PACKAGES), set(), set()
    while wanted:
        name = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
        if name in seen:
            continue
        seen.add(name)
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue
        for file in distribution.files or ():
            if file.parts[0] not in ("..", "__pycache__") and ".dist-info" not in file.parts[0]:
                files.add(str(distribution.locate_file(file.parts[0])))
        for text in distribution.requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                wanted.append(requirement.name)
    return [file for file in files if os.path.exists(file)]


# ---- the answers ---------------------------------------------------------------------------


@dataclass
class Call:
    """A call of an answer, for an appeal."""

    check: str
    name: str
    arguments: tuple
    keywords: dict
    result: object = None
    error: str = ""


class Answers:
    """The answers of one submission.

    Parameters
    ----------
    code : dict of str to list of (str, bool)
        As `coursekit.grading.assembly.Answers.code`.
    limits : Limits
    server : Server
    record : bool
        Keep every call in ``calls``.

    Attributes
    ----------
    at : str
        The check that runs; set by the notebook.
    ended : dict of str to Ended
    undefined : dict of str to Exception
        What was raised where an answer should have been defined.
    no_sandbox : str
        Why there was no process for an answer, if there was none.
    changed : dict of str to list
        What the arguments of an answer's last call were after it, if the answer wrote into them.
        It wrote into its own copies: no array of this side is ever changed.
    """

    def __init__(self, code, limits, server, record=False):
        self.pieces = {name: _placed(statements) for name, statements in code.items()}
        self.limits = limits
        self.server = server
        self.at = ""
        self.ended = {}
        self.undefined = {}
        self.no_sandbox = ""
        self.changed = {}
        self.calls = [] if record else None
        self._processes = {}
        self._called = []  # the answers that are called at this moment
        self._seconds = dict.fromkeys(code, 0.0)
        for name, statements in code.items():
            text = taken_text(statements)
            # A check shows a line of it, and what it shows is compared.
            lines = wire.plain_text(text).splitlines(keepends=True)
            linecache.cache[_file(name)] = (len(text), None, lines, _file(name))

    def function(self, name):
        """A function that calls the answer.

        Its attribute ``changed_arguments`` is None, or what the last call's arguments were after
        it, if the answer wrote into them.
        """

        def call(args, kwargs):
            self.changed.pop(name, None)
            try:
                return self._call(name, args, kwargs)
            finally:
                function.changed_arguments = self.changed.get(name)

        names = {"call": call}
        # Compiled under the name of the answer's own file, so that what it raises looks as if it
        # came from there: a check shows the line.
        source = f"def {name}(*args, **kwargs):\n    return call(args, kwargs)\n"
        exec(compile(source, _file(name), "exec"), names)
        function = names[name]
        # Far behind the answer's last line, so that this one is not shown as the answer's.
        function.__code__ = function.__code__.replace(co_firstlineno=10**6)
        return function

    def value(self, name):
        """The value of an answer that is no function."""
        return self._ask(name, "value", name, [])

    def close(self):
        for pid, channel in self._processes.values():
            channel.close()
            self.server.end(pid)
        self._processes.clear()

    def _call(self, name, args, kwargs):
        functions = []
        request = [name, list(args), kwargs]
        if self.calls is None:
            return self._ask(name, "call", request, functions)
        call = Call(self.at, name, args, kwargs)
        self.calls.append(call)
        try:
            call.result = self._ask(name, "call", request, functions)
        except Exception as error:
            call.error = f"{type(error).__name__}: {error}"
            raise
        return call.result

    def _ask(self, name, kind, request, functions):
        started = time.monotonic()
        deadline = started + self.limits.seconds - self._seconds[name]
        self._called.append(name)
        try:
            self._end_what_keeps_memory()
            channel = self._channel(name, deadline)
            return self._converse(name, channel, kind, request, functions, deadline)
        except wire.OutOfTime:
            self._end(name, "timeout", f"took longer than {self.limits.seconds:g} s")
        except wire.Broken as broken:
            self._end(name, "crashed", str(broken))
        finally:
            self._called.remove(name)
            self._seconds[name] += time.monotonic() - started
        raise AnswerEnded(self.ended[name].how)

    def _end_what_keeps_memory(self):
        """End the others that are large; one is started again when it is called again."""
        for name in self._processes.keys() - set(self._called):
            pid, channel = self._processes[name]
            if _memory_of(pid) > KEPT_MEMORY:
                del self._processes[name]
                channel.close()
                self.server.end(pid)

    def _channel(self, name, deadline):
        """The channel to the answer's process, which is started if there is none yet."""
        if name in self.ended:
            raise AnswerEnded(self.ended[name].how)
        if name not in self._processes:
            try:
                self._processes[name] = self.server.start(self.limits)
            except NoSandbox as error:
                self.no_sandbox = str(error)
                raise
            channel = self._processes[name][1]
            code = {"pieces": self.pieces[name], "file": _file(name)}
            wire.send(channel, "code", code, deadline=deadline)
            kind, value = self._receive(channel, deadline)
            if kind == "raised":
                self.undefined[name] = _error(name, value)
        if name in self.undefined:
            raise self.undefined[name]
        return self._processes[name][1]

    def _converse(self, name, channel, kind, request, functions, deadline):
        """Send a request and answer what is asked back, until there is a result."""
        wire.send(channel, kind, request, functions, deadline)
        while True:
            kind, value = self._receive(channel, deadline)
            match kind, value:
                case "returned", result:
                    return result
                case "returned and changed", [result, list(arguments)]:
                    self.changed[name] = arguments
                    return result
            if kind == "raised":
                raise _error(name, value)
            if kind != "call back":
                raise wire.Broken("sent what is no reply")
            with _memory_for_a_call_back(self.limits.memory):
                reply = _called_back(functions, value, deadline)
            try:
                wire.send(channel, *reply, deadline=deadline)
            except ValueError as error:  # too large
                wire.send(channel, "raised", str(error), deadline=deadline)

    def _receive(self, channel, deadline):
        return wire.receive(
            channel,
            deadline=deadline,
            largest=self.limits.output_size * 2**20,
            longest_text=wire.LONGEST_TEXT,
        )

    def _end(self, name, status, how):
        pid, channel = self._processes.pop(name)
        channel.close()
        code = self.server.end(pid, PATIENCE if status == "crashed" else 0)
        if status == "crashed" and code is not None:
            how = _told_exit(code)
        self.ended[name] = Ended(status, how, self.at)


def taken_text(statements):
    """What was taken from the submission for an answer, as one text."""
    return BETWEEN.join(source for source, is_own in statements if is_own)


def _placed(statements):
    """[source, line]: each statement, and where in `taken_text` it begins, counted from 0."""
    pieces, line = [], 0
    for source, is_own in statements:
        pieces.append([source, line if is_own else None])
        if is_own:
            line += (source + BETWEEN).count("\n")
    return pieces


def _file(name):
    return f"<{name} of the submission>"


def _told_exit(code):
    if code >= 0:
        return f"ended its process with status {code}"
    with contextlib.suppress(ValueError):
        return f"ended its process by {signal.Signals(-code).name}"
    return f"ended its process by signal {-code}"


def _called_back(functions, value, deadline):
    """What to reply when the answer calls a function that it was given."""
    match value:
        case [int(number), list(arguments)] if 0 <= number < len(functions):
            try:
                with _alarm(deadline):
                    return "returned", functions[number](*arguments)
            except Exception as error:
                return "raised", f"{type(error).__name__}: {error}"
    raise wire.Broken("called a function that it was not given")


@contextlib.contextmanager
def _alarm(deadline):
    """Raise OutOfTime inside at the deadline: arguments may be chosen to keep us busy."""

    def ring(number, frame):
        raise wire.OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    started = time.monotonic()
    left, _ = signal.setitimer(signal.ITIMER_REAL, max(deadline - started, 1e-3))
    try:
        yield
    finally:
        # A function that is called back may be another answer, which calls back in turn.
        left = left and max(left - (time.monotonic() - started), 1e-3)
        signal.setitimer(signal.ITIMER_REAL, left)
        signal.signal(signal.SIGALRM, before)


def _memory_of(pid, what="resident"):
    """The memory of a process in bytes, as far as it can be told; that is on Linux."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            pages = file.read().split()[["virtual", "resident"].index(what)]
        return int(pages) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


@contextlib.contextmanager
def _memory_for_a_call_back(megabytes):
    """Let this process grow by so much inside: arguments may be chosen to fill it. Linux only."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    now = _memory_of("self", "virtual")
    with contextlib.suppress(OSError, ValueError):
        most = now + megabytes * 2**20 if now else before[0]
        resource.setrlimit(resource.RLIMIT_AS, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def _error(name, value):
    """The exception that an answer raised, as if it had been raised here in the answer's line."""
    match value:
        case [str(kind), str(message), int() | None as line]:
            error = _kind_of_error(kind)(message)
            if line is not None and 0 < line < 10_000:
                source = "\n" * (line - 1) + "raise error"
                try:
                    exec(compile(source, _file(name), "exec"), {"error": error})
                except Exception as raised:
                    return raised
            return error
    raise wire.Broken("sent what is no reply")


def _kind_of_error(name):
    """An exception class of this name: Python's own, or a new one."""
    kind = getattr(builtins, name, None)
    plain = (ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, NameError)
    plain += (RuntimeError, TypeError, ValueError)
    if isinstance(kind, type) and issubclass(kind, plain) and not issubclass(kind, UnicodeError):
        return kind
    is_name = name.isidentifier() and len(name) <= wire.LONGEST_NAME
    return type(name if is_name else "Exception", (Exception,), {})
