"""What an answer's own process does: define the answer, and call it when asked."""

import __future__

import ast
import traceback

# Loaded before the fork, since answers use them, and from a jail without namespaces the files of
# another user's Python may not be readable.
import collections, copy, functools, itertools, math, operator, random, time, typing  # noqa: E401
import numpy as np
import numpy.linalg, numpy.random  # noqa: E401, F401

from . import wire


def serve(channel, largest):
    """Answer calls until the other side closes; no result has more bytes than ``largest``.

    First comes the code, as ``("code", {"pieces": [[source, line], ...], "file": name})``; then
    ``("call", [name, args, kwargs])`` and ``("value", name)``, to which the reply is
    ``("returned", value)`` or ``("raised", [type, message, line])``, and where the answer has
    written into what it was given ``("returned and changed", [value, args])``. A function among
    the arguments is called over the channel as well: ``("call back", [number, args])``.
    """
    # An answer that draws numbers draws the same ones in every run.
    random.seed(0)
    np.random.seed(0)
    _, code = wire.receive(channel)
    namespace = {"__name__": "__main__", "display": _nothing, "get_ipython": _Nothing}
    reply = _outcome(_define, code, namespace, file=code["file"])
    while True:
        _send(channel, *reply, largest)
        kind, request = wire.receive(channel, lambda number: _far(channel, number, largest))
        if kind == "call":
            name, arguments, keywords = request
            given = copy.deepcopy(arguments)
            reply = _outcome(_call, namespace, name, arguments, keywords, file=code["file"])
            if reply[0] == "returned" and not _same(arguments, given):
                reply = "returned and changed", [reply[1], arguments]
        else:
            reply = _outcome(namespace.__getitem__, request, file=code["file"])


def _define(code, namespace):
    """Run the statements: the exercise's own, and the submission's as lines of one file."""
    for source, line in code["pieces"]:
        file = "<given>" if line is None else code["file"]
        tree = ast.increment_lineno(ast.parse(source, file), line or 0)
        # Annotations are not evaluated, whether or not a cell says so with `__future__`.
        flags = __future__.annotations.compiler_flag
        exec(compile(tree, file, "exec", flags, dont_inherit=True), namespace)


def _call(namespace, name, arguments, keywords):
    return namespace[name](*arguments, **keywords)


def _same(one, other):
    """Whether two values hold the same arrays; what is no array, list or tuple is not compared."""
    if isinstance(other, np.ndarray):
        return isinstance(one, np.ndarray) and (
            (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
        )
    if isinstance(other, (list, tuple)):
        return type(one) is type(other) and len(one) == len(other) and all(map(_same, one, other))
    return True


def _outcome(function, *arguments, file):
    """("returned", value), or ("raised", [type, message, number of the line of ``file``])."""
    try:
        return "returned", function(*arguments)
    except BaseException as error:  # SystemExit as well: a result like any other
        return "raised", _told(error, file)


def _told(error, file):
    try:
        message = str(error)
    except BaseException:  # an exception of one's own may do anything
        message = ""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    return [type(error).__name__, message[: wire.LONGEST_TEXT], lines[-1] if lines else None]


def _send(channel, kind, value, largest):
    try:
        wire.send(channel, kind, value, largest=largest)
    except wire.Broken:
        raise
    except BaseException as error:  # too large, or an object that defends itself
        if kind == "returned and changed":  # the result alone may be sent
            return _send(channel, "returned", value[0], largest)
        name, message, _ = _told(error, "")
        wire.send(channel, "raised", [name, f"the result cannot be passed on: {message}", None])


def _far(channel, number, largest):
    """A function of the other side."""

    def far_function(*arguments):
        wire.send(channel, "call back", [number, list(arguments)], largest=largest)
        kind, value = wire.receive(channel)
        if kind == "raised":
            raise RuntimeError(value)
        return value

    return far_function


def _nothing(*arguments, **keywords):
    """Stands for what shows something."""


class _Nothing:
    """Stands for the notebook's shell, which what is left of a magic calls."""

    def __getattr__(self, name):
        return _nothing
