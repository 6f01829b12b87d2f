"""Shut a process in: Linux namespaces where they are allowed, limits everywhere.

A process that `fork_into_namespaces` makes is the first of a process namespace of its own: when
it is killed, all that it ever started dies with it. It has no network and no shared memory with
others. After `hide_everything_but` it sees a root folder that holds the interpreter, read-only,
and an empty folder in memory; after `give_up_rights` it can change none of this.
"""

import contextlib
import ctypes
import os
import platform
import resource
import signal
import socket
import time

from .kernel import checked, libc, system_call

NEW_MOUNTS, NEW_UTS, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_USER, NEW_PIDS, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
SYSTEM_CALLS = {  # clone, pivot_root
    "x86_64": (56, 155),
    "aarch64": (220, 41),
}

READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC = 1, 2, 4, 8
REMOUNT, BIND, RECURSIVE, PRIVATE = 32, 4096, 16384, 1 << 18
KEPT_FLAGS = NO_SUID | NO_DEVICES | NO_EXEC  # os.statvfs has the same numbers for them
DETACH = 2

SET_PARENT_DEATH_SIGNAL, DROP_FROM_BOUNDING_SET, SET_NO_NEW_PRIVILEGES = 1, 24, 38
SET_CHILD_SUBREAPER = 36

MOST_FILES = 10_000  # that /tmp may hold: an empty one takes a kilobyte of the kernel's memory

INSIDE_USER = 1000
# Who runs the grader as root, in a container for example, does not run a submission as root.
UNPRIVILEGED_USER = 60_999


class NotAllowed(OSError):
    """This machine does not allow what was tried."""


def fork_into_namespaces():
    """Fork into new user, process, network, mount, IPC and host name namespaces.

    Returns
    -------
    int
        0 in the new process, its number in this one.

    Raises
    ------
    NotAllowed
        In the calling process, if there are no such namespaces.
    """
    if platform.system() != "Linux" or platform.machine() not in SYSTEM_CALLS:
        raise NotAllowed(f"no namespaces on {platform.system()} {platform.machine()}")
    number, _ = SYSTEM_CALLS[platform.machine()]
    flags = NEW_USER | NEW_PIDS | NEW_NETWORK | NEW_MOUNTS | NEW_IPC | NEW_UTS
    mapped, tell_mapped = os.pipe()
    try:
        pid = system_call(number, flags | signal.SIGCHLD, 0, 0, 0, 0)
    except OSError as error:
        os.close(mapped)
        os.close(tell_mapped)
        raise NotAllowed(f"no user namespaces ({error.strerror})") from None
    if pid == 0:
        os.close(tell_mapped)
        if os.read(mapped, 1) != b"1":
            os._exit(1)
        os.close(mapped)
        return 0
    os.close(mapped)
    try:
        _map_users(pid)
        os.write(tell_mapped, b"1")
    except OSError as error:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise NotAllowed(f"no user namespaces ({error.strerror})") from None
    finally:
        os.close(tell_mapped)
    return pid


def _map_users(pid):
    """Say which users there are in the new namespace: one, and root while root sets it up."""
    if os.geteuid() == 0:
        maps = f"0 0 1\n{INSIDE_USER} {UNPRIVILEGED_USER} 1\n"
        files = {"uid_map": maps, "gid_map": maps}
    else:
        files = {
            "setgroups": "deny",
            "uid_map": f"{INSIDE_USER} {os.geteuid()} 1\n",
            "gid_map": f"{INSIDE_USER} {os.getegid()} 1\n",
        }
    for name, text in files.items():
        with open(f"/proc/{pid}/{name}", "w") as file:
            file.write(text)


def hide_everything_but(visible, covered, packages, root, megabytes):
    """Make ``root`` the root folder, with the visible paths in it and an empty ``/tmp``.

    Parameters
    ----------
    visible, covered, packages : lists of str
        Files and folders. The visible ones are there under the same names, read-only; the covered
        ones, which lie in them, are empty; and in those the packages are there again.
    root : str
        An empty folder, the same for all: what is mounted on it is seen in this namespace only.
    megabytes : int
        What ``/tmp`` may hold.
    """
    _no_further_namespaces()
    _mount(None, "/", None, RECURSIVE | PRIVATE)
    _mount("tmpfs", root, "tmpfs", NO_SUID | NO_DEVICES, "size=1m,mode=755")
    # First, since the interpreter or a package may itself lie below /tmp.
    os.mkdir(f"{root}/tmp")
    options = f"size={megabytes}m,nr_inodes={MOST_FILES},mode=777"
    _mount("tmpfs", f"{root}/tmp", "tmpfs", NO_SUID | NO_DEVICES, options)
    for path in visible:
        _show(path, root + path)
    for path in covered:
        _mount("tmpfs", root + path, "tmpfs", NO_SUID | NO_DEVICES, "size=1m,mode=755")
    for path in packages:
        _show(path, root + path)
    for name in ("null", "zero", "random", "urandom"):
        _show(f"/dev/{name}", f"{root}/dev/{name}", read_only=False)
    os.chdir(root)
    _, number = SYSTEM_CALLS[platform.machine()]
    system_call(number, b".", b".")
    checked(libc.umount2(b".", DETACH), "umount")
    _mount(None, "/", None, REMOUNT | BIND | READ_ONLY | NO_SUID | NO_DEVICES)
    os.chdir("/tmp")


def _no_further_namespaces():
    # Not every kernel lets these be set; without them a submission could make namespaces in its
    # own, and keep System V memory there, which no limit counts.
    for setting in ("user/max_user_namespaces", "kernel/shmall"):
        with contextlib.suppress(OSError), open(f"/proc/sys/{setting}", "w") as file:
            file.write("0")


def _show(path, target, read_only=True):
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "a").close()
    try:
        _mount(path, target, None, BIND)
    except OSError:  # something is mounted inside of it
        _mount(path, target, None, BIND | RECURSIVE)
    if read_only:
        # A flag that the mount has already may not be taken away in a new user namespace.
        flags = NO_SUID | NO_DEVICES | (os.statvfs(path).f_flag & KEPT_FLAGS)
        _mount(None, target, None, REMOUNT | BIND | READ_ONLY | flags)


def _mount(source, target, kind, flags, data=None):
    names = [None if name is None else os.fsencode(name) for name in (source, target, kind, data)]
    source, target, kind, data = names
    checked(libc.mount(source, target, kind, ctypes.c_ulong(flags), data), "mount", target)


def give_up_rights(inside_namespaces):
    """Become a user without rights, for good, and die when the parent does."""
    if os.geteuid() == 0:
        user = INSIDE_USER if inside_namespaces else UNPRIVILEGED_USER
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if platform.system() != "Linux":
        return
    for capability in range(64):
        libc.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)  # fails behind the last one
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    libc.capset(header, (ctypes.c_uint32 * 6)())
    libc.prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    die_with_parent()  # after the change of user, which clears it


def die_with_parent():
    """End this process when the thread that started it ends; Linux only."""
    if platform.system() == "Linux":
        libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)


def die_with(parent):
    """The same, and at once if the process of this number, which was the parent, has ended."""
    die_with_parent()
    if os.getppid() != parent:
        os._exit(1)


def be_the_first_to_end():
    """When the machine's memory is used up, end this process and not another; Linux only."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def limit_resources(limits):
    """Set the limits that every system has.

    Parameters
    ----------
    limits : dict
        ``seconds``, ``memory`` and ``file_size`` in MB, ``open_files``.
    """
    for name, value in (
        ("RLIMIT_CPU", int(limits["seconds"]) + 2),  # the clock on the wall ends it before
        ("RLIMIT_AS", limits["memory"] * 2**20),
        ("RLIMIT_NOFILE", limits["open_files"]),
        ("RLIMIT_FSIZE", limits["file_size"] * 2**20),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_MEMLOCK", 0),
        ("RLIMIT_MSGQUEUE", 0),
    ):
        _limit(name, value)


def limit_processes(number):
    """Let there be so many processes and threads of this user, in this namespace of users."""
    _limit("RLIMIT_NPROC", number)


def _limit(name, value):
    number = getattr(resource, name, None)
    if number is not None:
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(number, (value, value))


def close_all_but(channel):
    """Leave the channel open, on descriptor 3, and nothing else; 0 to 2 lead nowhere.

    Returns
    -------
    socket
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    if channel.fileno() != 3:
        os.dup2(channel.fileno(), 3)
    channel.detach()
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))
    return socket.socket(fileno=3)


def adopt_orphans():
    """Make this process the parent of all that its children leave behind; Linux only."""
    if platform.system() == "Linux":
        libc.prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end(pid, patience=0.0):
    """Kill a child and its process group.

    Parameters
    ----------
    pid : int
    patience : float
        Seconds that it has to end by itself.

    Returns
    -------
    int or None
        How it had ended by itself, as `os.waitstatus_to_exitcode` says it; None if it had not.
    """
    deadline = time.monotonic() + patience
    # It is looked at first, and waited for only when nothing of its number is needed any more.
    while not (ended := os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
        if time.monotonic() >= deadline:
            break
        time.sleep(0.002)
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) if ended else None


def kill_orphans(known):
    """Kill every child that is not known: what an ended process left behind."""
    try:
        with open("/proc/self/task/%d/children" % os.getpid()) as file:
            children = {int(pid) for pid in file.read().split()} - known
    except OSError:  # not Linux
        return
    for pid in children:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
    if children:
        kill_orphans(known)  # what they had started is adopted now
