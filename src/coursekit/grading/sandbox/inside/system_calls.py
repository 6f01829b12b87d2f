"""What an answer may not ask of the kernel, as a filter in the kernel (seccomp); Linux only.

An answer is one process that computes: it starts no other one and sends signals to itself alone.
And there is no memory that the limits do not count: none that is shared, or held by a file
without a name. In namespaces much of this would do no harm; where there are none it would.
"""

import ctypes
import errno
import os
import platform
import sys

from .kernel import checked, libc

NUMBERS = {  # on x86_64, on aarch64
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "socket": (41, 198),
    "unshare": (272, 97),
    "setns": (308, 268),
    "setpriority": (141, 140),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
}
# Allowed with some first arguments only.
KILL, SEND_TO_THREAD, SET_LIMITS = (62, 129), (234, 131), (302, 261)
CLONE, CLONE_3, THREAD = (56, 220), (435, 435), 0x00010000
PROCESS_CONTROL, SET_PARENT_DEATH_SIGNAL = (157, 167), 1

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, AUDIT_ARCH_...
SECOND_INTERFACE = 0x40000000  # x86_64 has each call a second time from this number on

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, FIRST_ARGUMENT = 0, 4, 16  # where they stand in struct seccomp_data
ALLOW, ERROR, KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
SET_SECCOMP, MODE_FILTER = 22, 2


class _Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("first", ctypes.POINTER(_Instruction))]


def forbid():
    """Forbid them to this process, for good. It must have given up its rights before.

    Raises
    ------
    OSError
        If the kernel cannot, or this is not Linux.
    """
    if sys.platform != "linux" or platform.machine() not in MACHINES:
        raise OSError(errno.ENOSYS, f"no filter on {sys.platform} {platform.machine()}")
    instructions = _filter(*MACHINES[platform.machine()])
    program = _Program(len(instructions), (_Instruction * len(instructions))(*instructions))
    checked(libc.prctl(SET_SECCOMP, MODE_FILTER, ctypes.byref(program), 0, 0), "seccomp")


def _filter(column, machine):
    """The program: each part ends in a verdict or passes the number of the call on to the next."""
    own = (0, os.getpid())
    parts = [
        [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, machine), (RETURN, 0, 0, KILL_PROCESS)],
        [(LOAD, 0, 0, NUMBER)],
        [(AT_LEAST, 0, 1, SECOND_INTERFACE), (RETURN, 0, 0, ERROR | errno.ENOSYS)],
        _refuse(CLONE_3[column], errno.ENOSYS),  # then clone is tried, whose flags can be seen
        _refuse_unless(CLONE[column], [(ANY_BIT, 0, 1, THREAD), (RETURN, 0, 0, ALLOW)]),
        # To process 0 is to the own group, which is the own process.
        _refuse_unless(KILL[column], _first_is(own)),
        _refuse_unless(SEND_TO_THREAD[column], _first_is(own)),
        _refuse_unless(SET_LIMITS[column], _first_is(own)),
        # Or it would outlive the one that ends it.
        _refuse_unless(PROCESS_CONTROL[column], _first_is_not(SET_PARENT_DEATH_SIGNAL)),
        *(_refuse(number[column]) for number in NUMBERS.values() if number[column] is not None),
        [(RETURN, 0, 0, ALLOW)],
    ]
    return [instruction for part in parts for instruction in part]


def _refuse(number, error=errno.EPERM):
    return [(EQUAL, 0, 1, number), (RETURN, 0, 0, ERROR | error)]


def _refuse_unless(number, tests):
    """``tests`` look at the first argument, and return where it is allowed."""
    return [
        (EQUAL, 0, len(tests) + 2, number),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        *tests,
        (RETURN, 0, 0, ERROR | errno.EPERM),
    ]


def _first_is_not(value):
    return [(EQUAL, 1, 0, value), (RETURN, 0, 0, ALLOW)]


def _first_is(values):
    return [step for value in values for step in ((EQUAL, 0, 1, value), (RETURN, 0, 0, ALLOW))]
