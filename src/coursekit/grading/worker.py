"""A process that judges submissions: one kernel, one nbval, one submission at a time.

`coursekit.grading.workers` starts it and talks to it by lines of JSON: ``{"ready": true}`` when
the kernel is up, then a verdict for each request, or ``{"no_verdict": reason}``.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import traceback
from dataclasses import asdict
from functools import partial
from pathlib import Path

import jupyter_client.launcher

from coursekit.grading.judge import Judge, NoVerdict
from coursekit.grading.reference import load_references
from coursekit.grading.sandbox.answers import Limits
from coursekit.grading.sandbox.inside import jail
from coursekit.grading.submissions import Source
from coursekit.grading.verdicts import WarmKernel

MEMORY = 8 * 2**30  # bytes; a notebook that is made to be parsed in a terabyte ends here


def main(plan, grader):
    """Judge what standard input asks for.

    Parameters
    ----------
    plan : dict
        The arguments of `Judge` as far as JSON can hold them, and ``solutions``, a path.
    grader : int
        The process that started this one.
    """
    jail.die_with(grader)
    # Nor is a kernel to stay when this process is killed, from its first moment on.
    jupyter_client.launcher.Popen = partial(
        subprocess.Popen, preexec_fn=partial(jail.die_with, os.getpid())
    )
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    replies = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)  # what nbval and pytest print goes to the log
    references = load_references(plan["solutions"])
    with tempfile.TemporaryDirectory(prefix="notebook-") as folder:
        judge = Judge(
            references,
            plan["seed"],
            Limits(**plan["limits"]),
            plan["namespaces"],
            plan["hidden"],
            WarmKernel(),
            Path(folder),
        )
        print(json.dumps({"ready": True}), file=replies)
        for line in sys.stdin:
            request = json.loads(line)
            source = Source(**request.pop("source"))
            try:
                reply = asdict(judge.judge(source, **request))
            except NoVerdict as error:
                reply = {"no_verdict": str(error)}
            print(json.dumps(reply), file=replies)
        judge.kernel.end()


if __name__ == "__main__":
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            main(json.load(file), int(sys.argv[2]))
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # at once: the threads that talk to a kernel would wait for it
