"""Forks a process for each answer; each is shut in before it reads a line of the answer.

Runs in an isolated interpreter, started by `coursekit.grading.sandbox.answers`, which
asks for a process over the control socket and sends along the channel that the process will read
its code from. So this process never holds a submission's code, and no answer finds another's in
its memory. NumPy is loaded already, which makes a fork cheap: a few milliseconds.
"""

import json
import os
import signal
import socket
import sys
import tempfile

from . import answering, jail, readable, system_calls, wire

# What an answer can do where there are no namespaces, in words, and where there is even less.
WITHOUT_NAMESPACES = "fill the disk"
WITHOUT_LANDLOCK = "read files"
WITHOUT_SECCOMP = "use the network and disturb other processes"


def main(control, settings):
    """Fork and end processes as asked, until the other side closes; then end all.

    Parameters
    ----------
    control : socket
    settings : dict
        ``namespaces`` (bool), and the lists ``visible``, ``covered`` and ``packages`` of
        `jail.hide_everything_but`.
    """
    for name in ("backprop", "coursekit"):
        sys.modules[name] = None  # not to be imported, where there are no namespaces to hide them
    jail.adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the side that asks decides when to end
    running = {}  # {pid: its folder}
    with tempfile.TemporaryDirectory(prefix="course-sandbox-") as root:
        while True:
            text, descriptors, _, _ = socket.recv_fds(control, 2**16, 1)
            if not text:
                break
            request = json.loads(text)
            if "limits" in request:
                channel = socket.socket(fileno=descriptors[0])
                reply = start(channel, request["limits"], settings, root, control, running)
            else:
                reply = stop(request["end"], request["patience"], running)
            control.sendall(json.dumps(reply).encode())
        for pid in list(running):
            stop(pid, 0, running)


def start(channel, limits, settings, root, control, running):
    folder = None
    try:
        if settings["namespaces"]:
            pid = jail.fork_into_namespaces()
        else:
            folder = tempfile.TemporaryDirectory(prefix="course-answer-")
            pid = os.fork()
    except OSError as error:
        channel.close()
        return {"error": str(error)}
    if pid:
        channel.close()
        running[pid] = folder
        return {"pid": pid}
    # From here on in the new process. It never returns.
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        control.detach()
        channel = jail.close_all_but(channel)
        try:
            still = shut_in(limits, settings, root, folder)
        except OSError as error:
            wire.send(channel, "not shut in", str(error))
            os._exit(1)
        wire.send(channel, "shut in", still)
        answering.serve(channel, limits["output_size"] * 2**20)
    finally:
        os._exit(0)


def shut_in(limits, settings, root, folder):
    """Leave the machine behind; what remains is a process that can compute.

    Returns
    -------
    list of str
        What it can do all the same, in words.
    """
    jail.be_the_first_to_end()
    if settings["namespaces"]:
        jail.hide_everything_but(
            settings["visible"], settings["covered"], settings["packages"],
            root, limits["file_size"],
        )
    else:
        if os.geteuid() == 0:
            os.chown(folder.name, jail.UNPRIVILEGED_USER, jail.UNPRIVILEGED_USER)
        os.chdir(folder.name)
    os.umask(0o077)
    os.environ.clear()
    os.environ.update(HOME=os.getcwd(), MPLBACKEND="agg", MPLCONFIGDIR=os.getcwd())
    jail.limit_resources(limits)
    jail.give_up_rights(settings["namespaces"])
    if settings["namespaces"]:
        jail.limit_processes(limits["processes"])
        system_calls.forbid()
        return []
    still = [WITHOUT_NAMESPACES]
    try:
        places = settings["visible"], settings["covered"], settings["packages"]
        readable.nothing_but(*places, folder.name)
    except OSError:
        still.append(WITHOUT_LANDLOCK)
    try:
        system_calls.forbid()
    except OSError:
        still.append(WITHOUT_SECCOMP)
        # Only here, since it counts all that the user runs, whose other processes are many.
        jail.limit_processes(limits["processes"])
    return still


def stop(pid, patience, running):
    folder = running.pop(pid)
    status = jail.end(pid, patience)
    jail.kill_orphans(running.keys())
    if folder is not None:
        folder.cleanup()
    return {"status": status}

