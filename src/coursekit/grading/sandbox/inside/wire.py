"""Plain values over a socket: numbers, texts, arrays, lists, tuples, dicts; no pickle.

What comes from an answer's process may be anything, so a message is only ever read as one of
these, within limits, and built anew. A message is its length, a JSON text and the bytes of its
arrays.
"""

import contextlib
import json
import math
import re
import struct
import time

import numpy as np

LARGEST = 4 * 2**20  # bytes of a message; the largest result of an exercise has some thousand
DEEPEST = 12  # how deep lists may be nested
LONGEST_TEXT = 2_000  # of a text from an answer, such as an exception's message
LONGEST_NAME = 100  # of a type or an exception
LARGEST_INTEGER = 2**64  # printing one of a million digits takes minutes
KINDS_OF_NUMBER = "biufc"
# Of every kind and size that `encode` makes, and none of what else `np.dtype` would understand.
ARRAY_TYPES = {np.dtype(code).newbyteorder("<").str for code in "?bBhHiIqQefdFD"}
# What moves the cursor, colours a terminal, turns the direction of writing or is half a character.
NOT_PLAIN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
HEADER = struct.Struct("!II")  # bytes of the JSON text, bytes of the arrays


class Broken(Exception):
    """The other side closed, or sent what is no message; the text says which."""


class OutOfTime(BaseException):
    """The time ran out; no `except Exception` on the way may take it for something else."""


class Opaque:
    """Stands for a value that does not go over the wire; its type's name is all that is known."""

    def __init__(self, type_name):
        self.type_name = type_name

    def __repr__(self):
        return f"<a {self.type_name}>"


def opaque_function(number):
    """Stands for a function of the other side that is not to be called."""
    return Opaque("function")


def plain_text(text):
    """The text with a replacement character for each that is more than a piece of text.

    Examples
    --------
    >>> plain_text("NOT YET\\rright")
    'NOT YET�right'
    """
    return NOT_PLAIN.sub("\N{REPLACEMENT CHARACTER}", text)


# ---- values --------------------------------------------------------------------------------


def encode(value, functions=None, largest=LARGEST):
    """(tree, arrays): a tree for JSON, and the arrays that it refers to by their places.

    Parameters
    ----------
    value : anything
    functions : list, optional
        Where functions in ``value`` are kept, to be called back by their number; without it they
        are opaque.
    largest : int
        That an array may have, in bytes.
    """
    arrays = []
    return _encode(value, functions, arrays, largest, 0), arrays


def _encode(value, functions, arrays, largest, depth):
    kind = type(value)
    if value is None or kind in (bool, float):
        return value
    if kind is int:
        return value if abs(value) < LARGEST_INTEGER else ["opaque", "very large int"]
    if kind is str:
        return ["text", value]
    if kind is complex:
        return ["complex", value.real, value.imag]
    if isinstance(value, (np.ndarray, np.generic)):
        return _encode_array(value, arrays, largest)
    if depth < DEEPEST:
        if isinstance(value, (list, tuple)):
            name = "tuple" if isinstance(value, tuple) else "list"
            inside = [_encode(entry, functions, arrays, largest, depth + 1) for entry in value]
            return [name, inside]
        if isinstance(value, dict) and all(type(key) in (int, str) for key in value):
            inside = [
                [key, _encode(entry, functions, arrays, largest, depth + 1)]
                for key, entry in value.items()
            ]
            return ["dict", inside]
    if callable(value) and functions is not None:
        functions.append(value)
        return ["function", len(functions) - 1]
    return ["opaque", kind.__name__[:LONGEST_TEXT]]


def _encode_array(value, arrays, largest):
    if value.nbytes > largest:
        raise ValueError(f"larger than {largest / 2**20:g} MB")
    name = "array" if isinstance(value, np.ndarray) else "number"
    array = np.array(value, subok=False)  # an array of its own, and of no subclass
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except Exception:  # an object may raise anything when it is asked for its number
            return ["opaque", "array of objects"]
    if array.dtype.kind not in KINDS_OF_NUMBER:
        return ["opaque", f"array of {array.dtype}"]
    if array.dtype.itemsize > (16 if array.dtype.kind == "c" else 8):
        array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    array = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape)
    arrays.append(array)
    return [name, array.dtype.str, list(array.shape), len(arrays) - 1]


def decode(tree, arrays, function=opaque_function, longest_text=None, depth=0):
    """The value of a tree.

    Parameters
    ----------
    tree : JSON
    arrays : list
        Emptied: each is used once, or a short message could stand for any number of copies.
    function : function
        ``function(number)`` gives what stands for a function.
    longest_text : int, optional
        Where a longer text is cut off; what is left is made plain.

    Raises
    ------
    Broken
        If this is no tree that `encode` makes.
    """
    if tree is None or type(tree) in (bool, float):
        return tree
    if type(tree) is int and abs(tree) < LARGEST_INTEGER:
        return tree
    if type(tree) is not list or not tree or depth > DEEPEST:
        raise Broken("sent a value of no known kind")

    def inner(entry):
        return decode(entry, arrays, function, longest_text, depth + 1)

    def shown(text):
        return text if longest_text is None else plain_text(text[:longest_text])

    match tree:
        case ["text", str(text)]:
            return shown(text)
        case ["complex", int() | float() as real, int() | float() as imaginary]:
            return complex(real, imaginary)
        case ["list", list(entries)]:
            return [inner(entry) for entry in entries]
        case ["tuple", list(entries)]:
            return tuple(inner(entry) for entry in entries)
        case ["dict", list(pairs)]:
            return dict(_decode_pair(pair, inner, shown) for pair in pairs)
        case ["array", str(), list(), int(number)]:
            return _taken(arrays, number).copy()
        case ["number", str(), list(), int(number)] if (array := _taken(arrays, number)).ndim == 0:
            return array[()]
        case ["function", int(number)]:
            return function(number)
        case ["opaque", str(name)]:
            return _opaque(shown(name))
    raise Broken("sent a value of no known kind")


def _decode_pair(pair, inner, shown):
    match pair:
        case [int(key), value]:
            return key, inner(value)
        case [str(key), value]:
            return shown(key), inner(value)
    raise Broken("sent a value of no known kind")


def _opaque(name):
    """Of a class of this name, if it can be one: checks tell a student what was found."""
    is_name = name.isidentifier() and len(name) <= LONGEST_NAME
    return type(name, (Opaque,), {})(name) if is_name else Opaque(name)


def _taken(arrays, number):
    if not 0 <= number < len(arrays) or arrays[number] is None:
        raise Broken("sent a value of no known kind")
    array, arrays[number] = arrays[number], None
    return array


def _array(description, data, start):
    """(array, where the next one starts) from what a message says of an array."""
    match description:
        case [str(name), list(shape)] if name in ARRAY_TYPES and all(
            type(size) is int and 0 <= size <= max(LARGEST, len(data)) for size in shape
        ):
            dtype = np.dtype(name)
            end = start + math.prod(shape) * dtype.itemsize
            if end > len(data):
                raise Broken("sent an array that is cut off")
            with contextlib.suppress(ValueError):  # a shape that NumPy does not have
                array = np.frombuffer(data[start:end], np.uint8).view(dtype).reshape(shape)
                # A truth value in memory is 0 or 1; of others NumPy makes what it likes.
                return (array if dtype.kind != "b" else array.view(np.uint8) != 0), end
    raise Broken("sent an array of no known kind")


# ---- messages ------------------------------------------------------------------------------


def send(socket, kind, value=None, functions=None, deadline=None, largest=LARGEST):
    """Send a message: what kind it is, and a value.

    Parameters
    ----------
    socket : socket
    kind : str
    value : anything
    functions : list, optional
        As for `encode`.
    deadline : float, optional
        On the clock of `time.monotonic`. The other side may never read.
    largest : int
        In bytes.

    Raises
    ------
    Broken, OutOfTime
    ValueError
        If the message is larger than that.
    """
    tree, arrays = encode(value, functions, largest)
    descriptions = [[array.dtype.str, list(array.shape)] for array in arrays]
    text = json.dumps([kind, tree, descriptions]).encode()
    size = sum(array.nbytes for array in arrays)
    if len(text) + size > largest:
        raise ValueError(f"larger than {largest / 2**20:g} MB")
    data = b"".join(array.tobytes() for array in arrays)
    with _until(socket, deadline):
        socket.sendall(HEADER.pack(len(text), len(data)) + text + data)


def receive(socket, function=opaque_function, deadline=None, largest=LARGEST, longest_text=None):
    """(kind, value) of the next message.

    Parameters
    ----------
    socket : socket
    function, longest_text
        As for `decode`.
    deadline : float, optional
        On the clock of `time.monotonic`.
    largest : int
        In bytes.

    Raises
    ------
    Broken, OutOfTime
    """
    text_size, data_size = HEADER.unpack(_exactly(socket, HEADER.size, deadline))
    if text_size + data_size > largest:
        raise Broken(f"sent more than {largest / 2**20:g} MB at once")
    text = _exactly(socket, text_size, deadline)
    data = _exactly(socket, data_size, deadline)
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise Broken("sent what is no message") from None
    match message:
        case [str(kind), tree, list(descriptions)]:
            arrays, start = [], 0
            for description in descriptions:
                array, start = _array(description, data, start)
                arrays.append(array)
            return kind, decode(tree, arrays, function, longest_text)
    raise Broken("sent what is no message")


def _exactly(socket, size, deadline):
    data = bytearray()
    while len(data) < size:
        with _until(socket, deadline):
            part = socket.recv(min(size - len(data), 2**16))
        if not part:
            raise Broken("closed its connection")
        data += part
    return bytes(data)


@contextlib.contextmanager
def _until(socket, deadline):
    """What waits for the socket inside waits until the deadline at most."""
    left = None if deadline is None else deadline - time.monotonic()
    if left is not None and left <= 0:
        raise OutOfTime
    try:
        socket.settimeout(left)
        yield
    except TimeoutError:
        raise OutOfTime from None
    except OSError:
        raise Broken("closed its connection") from None
