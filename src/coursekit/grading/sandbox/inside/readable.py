"""Which files an answer may open, where no namespaces hide the others (Landlock); Linux only."""

import contextlib
import ctypes
import os
import sys

from .kernel import system_call

# System calls; they have the same numbers on every machine.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
TELL_VERSION, PATH_BENEATH = 1, 1
WRITE_FILE, READ_FILE, READ_FOLDER = 1 << 1, 1 << 2, 1 << 3
# How many rights the versions know, from the first on.
RIGHTS = (13, 14, 15, 15, 16)
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64)]


class _Rule(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("rights", ctypes.c_uint64), ("parent", ctypes.c_int32)]


def nothing_but(visible, covered, packages, folder):
    """Let this process open the visible files alone, for good, and do what it likes in a folder.

    It must have given up its rights before. What is in a covered folder can be listed, and not be
    read.

    Parameters
    ----------
    visible, covered, packages : lists of str
        As for `jail.hide_everything_but`.
    folder : str

    Raises
    ------
    OSError
        If the kernel cannot, or this is not Linux.
    """
    if sys.platform != "linux":
        raise OSError("no Landlock")
    version = system_call(CREATE_RULESET, None, 0, TELL_VERSION)
    every_right = (1 << RIGHTS[min(version, len(RIGHTS)) - 1]) - 1
    rules = _Ruleset(every_right)
    ruleset = system_call(CREATE_RULESET, ctypes.byref(rules), ctypes.sizeof(rules), 0)
    for path in visible:  # the interpreter lists the folders that it imports from
        if os.path.isdir(path):
            _allow(ruleset, path, READ_FOLDER)
    for path in [*_uncovered(visible, covered), *packages]:
        _allow(ruleset, path, READ_FILE)
    for path in packages:
        if os.path.isdir(path):
            _allow(ruleset, path, READ_FOLDER)
    for path in DEVICES:
        _allow(ruleset, path, READ_FILE | WRITE_FILE)
    _allow(ruleset, folder, every_right)
    system_call(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _uncovered(paths, covered):
    """The paths, or of one that has a covered folder in it, what is beside that."""
    for path in paths:
        if path in covered:
            continue
        if any(folder.startswith(path + os.sep) for folder in covered):
            with contextlib.suppress(PermissionError):  # then its files cannot be read anyway
                yield from _uncovered([entry.path for entry in os.scandir(path)], covered)
        else:
            yield path


def _allow(ruleset, path, rights):
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # it is not there, or not for this user
        return
    rule = _Rule(rights, parent)
    try:
        system_call(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(parent)
