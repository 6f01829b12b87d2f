"""Plain values over a socket: numbers, texts, arrays, lists, tuples, dicts; no pickle.

What comes from an answer's process may be anything, so a message is only ever read as one of
these, within limits, and built anew. A message is its length, a JSON text and the bytes of its
arrays.
"""

import contextlib
import json
import struct
import time

import numpy as np

LARGEST = 4 * 2**20  # bytes of a message; the largest result of an exercise has some thousand
DEEPEST = 12  # how deep lists may be nested
LONGEST_TEXT = 2_000  # of a single text, such as an exception's message
KINDS_OF_NUMBER = "biufc"
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


class Function:
    """Stands for a function of the other side, by its number."""

    def __init__(self, number):
        self.number = number


# ---- values --------------------------------------------------------------------------------


def encode(value, functions=None):
    """(tree, arrays): a tree for JSON, and the arrays that it refers to by their places.

    Parameters
    ----------
    value : anything
    functions : list, optional
        Where functions in ``value`` are kept, to be called back by their number; without it they
        are opaque.
    """
    arrays = []
    return _encode(value, functions, arrays, 0), arrays


def _encode(value, functions, arrays, depth):
    kind = type(value)
    if value is None or kind in (bool, float):
        return value
    if kind is int:
        return value if abs(value) < 2**64 else ["opaque", "very large int"]
    if kind is str:
        return ["text", value[:LONGEST_TEXT]]
    if kind is complex:
        return ["complex", value.real, value.imag]
    if isinstance(value, (np.ndarray, np.generic)):
        return _encode_array(value, arrays)
    if depth < DEEPEST:
        if isinstance(value, (list, tuple)):
            name = "tuple" if isinstance(value, tuple) else "list"
            return [name, [_encode(entry, functions, arrays, depth + 1) for entry in value]]
        if isinstance(value, dict) and all(type(key) in (int, str) for key in value):
            pairs = [[key, _encode(v, functions, arrays, depth + 1)] for key, v in value.items()]
            return ["dict", pairs]
    if isinstance(value, Function):
        return ["function", value.number]
    if callable(value) and functions is not None:
        functions.append(value)
        return ["function", len(functions) - 1]
    return ["opaque", kind.__name__[:LONGEST_TEXT]]


def _encode_array(value, arrays):
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


def decode(tree, arrays, function=Function):
    """The value of a tree; ``function(number)`` gives what stands for a function.

    Raises
    ------
    Broken
        If this is no tree that `encode` makes.
    """
    if tree is None or type(tree) in (bool, int, float):
        return tree
    if type(tree) is not list or not tree:
        raise Broken("sent a value of no known kind")
    match tree:
        case ["text", str(text)]:
            return text[:LONGEST_TEXT]
        case ["complex", int() | float() as real, int() | float() as imaginary]:
            return complex(real, imaginary)
        case ["list", list(entries)]:
            return [decode(entry, arrays, function) for entry in entries]
        case ["tuple", list(entries)]:
            return tuple(decode(entry, arrays, function) for entry in entries)
        case ["dict", list(pairs)]:
            return dict(_decode_pair(pair, arrays, function) for pair in pairs)
        case ["array", str(), list(), int(number)] if 0 <= number < len(arrays):
            return arrays[number].copy()
        case ["number", str(), list(), int(number)] if 0 <= number < len(arrays):
            return arrays[number][()]
        case ["function", int(number)]:
            return function(number)
        case ["opaque", str(name)]:
            return Opaque(name[:LONGEST_TEXT])
    raise Broken("sent a value of no known kind")


def _decode_pair(pair, arrays, function):
    match pair:
        case [int() | str() as key, value]:
            return key, decode(value, arrays, function)
    raise Broken("sent a value of no known kind")


def _array(description, data, start):
    """(array, where the next one starts) from what a message says of an array."""
    match description:
        case [str(dtype), list(shape)] if len(shape) <= 32 and all(
            type(size) is int and 0 <= size <= LARGEST for size in shape
        ):
            kind = dtype[1:2]
            if dtype[:1] not in ("<", "|") or kind not in KINDS_OF_NUMBER or len(dtype) > 4:
                raise Broken("sent an array of no known kind")
            try:
                dtype = np.dtype(dtype)
                count = 1
                for size in shape:
                    count *= size
                end = start + count * dtype.itemsize
                if end > len(data):
                    raise Broken("sent an array that is cut off")
                return np.frombuffer(data[start:end], dtype).reshape(shape), end
            except (TypeError, ValueError):
                pass
    raise Broken("sent an array of no known kind")


# ---- messages ------------------------------------------------------------------------------


def send(socket, kind, value=None, functions=None, deadline=None):
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

    Raises
    ------
    Broken, OutOfTime
    ValueError
        If the message is larger than `LARGEST`.
    """
    tree, arrays = encode(value, functions)
    descriptions = [[array.dtype.str, list(array.shape)] for array in arrays]
    text = json.dumps([kind, tree, descriptions]).encode()
    size = sum(array.nbytes for array in arrays)
    if len(text) + size > LARGEST:
        raise ValueError(f"larger than {LARGEST / 2**20:g} MB")
    data = b"".join(array.tobytes() for array in arrays)
    with _until(socket, deadline):
        socket.sendall(HEADER.pack(len(text), len(data)) + text + data)


def receive(socket, function=Function, deadline=None, largest=LARGEST):
    """(kind, value) of the next message.

    Parameters
    ----------
    socket : socket
    function : function
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
            try:
                return kind, decode(tree, arrays, function)
            except RecursionError:
                raise Broken("sent lists that are nested too deep") from None
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
