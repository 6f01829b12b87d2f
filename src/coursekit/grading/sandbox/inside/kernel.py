"""What is asked of the kernel and Python has no function for."""

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


def system_call(number, *arguments):
    """The result of a system call by its number; arguments are integers, bytes or pointers.

    Raises
    ------
    OSError
        If it fails.
    """
    longs = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return checked(libc.syscall(ctypes.c_long(number), *longs))


def checked(result, *what):
    """The result of a call; an OSError, with ``what`` was called, if it is negative."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), *map(str, what))
    return result
