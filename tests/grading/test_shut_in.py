"""What an answer's process cannot do, with namespaces and without."""

import psutil
import pytest

from coursekit.grading.sandbox.answers import Answers, Limits, Server
from coursekit.grading.sandbox.inside import wire

READ = "read files"
DISTURB = "use the network and disturb other processes"

# What is tried, and what the server says of a machine on which it is possible all the same.
TRIED = {
    "open('/etc/passwd')": READ,
    "open(__import__('os').__file__[:-5] + 'site-packages/pip/__init__.py')": READ,
    "open('/proc/1/environ')": READ,
    "open('/usr/lib/written', 'w')": READ,
    "open('/etc/written', 'w')": READ,
    "os.fork()": DISTURB,
    "os.kill(os.getppid() or 2, 0)": DISTURB,
    "os.kill(-1, 0)": DISTURB,
    "os.execv('/bin/true', ['true'])": DISTURB,
    "os.memfd_create('x')": DISTURB,
    "os.setpriority(os.PRIO_PROCESS, 0, 5)": DISTURB,
    "__import__('_socket').socket()": DISTURB,
    "1 / (1 + __import__('ctypes').CDLL(None).prctl(1, 0))": DISTURB,  # -1: refused
    "__import__('resource').prlimit(os.getppid() or 2, 7, (9, 9))": DISTURB,
    "os.setuid(0)": "",
    "os.chroot('/tmp')": "",
}


@pytest.fixture(scope="module", params=[True, False], ids=["namespaces", "without"])
def server(request):
    server = Server(request.param)
    yield server
    server.close()


def call(server, body, **limits):
    code = {"probe": [(f"import os\ndef probe():\n    {body}", True)]}
    answers = Answers(code, Limits(seconds=10, **limits), server)
    try:
        return answers.function("probe")()
    finally:
        answers.close()


@pytest.mark.parametrize("tried", TRIED)
def test_it_is_refused(server, tried):
    assert call(server, "return 1") == 1
    if TRIED[tried] in server.still:
        pytest.skip(f"this kernel does not prevent an answer from that: {TRIED[tried]}")
    with pytest.raises(Exception, match="Errno|denied|permitted|No module named|division"):
        call(server, f"return repr({tried})")


def test_an_answer_computes_with_threads_files_and_random_numbers(server):
    body = "\n    ".join(
        [
            "import numpy as np, threading",
            "thread = threading.Thread(target=lambda: open('file', 'w').write('text'))",
            "thread.start(), thread.join()",
            "return [open('file').read(), np.random.normal(), np.eye(2), {'a': (1, 2j, None)}]",
        ]
    )
    text, number, array, values = call(server, body)
    assert (text, array.tolist(), values) == ("text", [[1, 0], [0, 1]], {"a": (1, 2j, None)})
    assert call(server, body)[1] == number, "the same in every run"


def test_a_result_that_is_too_large_is_an_error_of_the_answer_and_does_not_end_it(server):
    with pytest.raises(Exception, match="the result cannot be passed on: larger than 1 MB"):
        call(server, "return 'x' * 2 * 2**20", output_size=1)
    assert len(call(server, "return bytes(3).hex() * 400_000", output_size=3)) == wire.LONGEST_TEXT


def test_the_size_that_an_array_may_have_is_the_one_that_was_chosen(server):
    body = "import numpy\n    return numpy.ones(10**6)"  # 8 MB
    with pytest.raises(Exception, match="the result cannot be passed on: larger than 2 MB"):
        call(server, body, output_size=2)
    assert call(server, body, output_size=16).shape == (10**6,)


def test_what_an_answer_keeps_in_memory_is_let_go_when_another_is_called(server):
    keep = "kept = []\ndef {}():\n    kept.append(bytearray(300 * 2**20))\n    return len(kept)"
    code = {name: [(keep.format(name), True)] for name in ("first", "second", "third")}
    answers = Answers(code, Limits(seconds=10), server)
    try:
        assert [answers.function(name)() for name in code] == [1, 1, 1]
        processes = psutil.Process(server.process.pid).children()
        assert sum(process.memory_info().rss for process in processes) < 600 * 2**20
        assert answers.function("first")() == 1, "it is started again"
        assert answers.ended == {}
    finally:
        answers.close()


@pytest.mark.parametrize("made", ["open", "object()", "{1, 2}", "(x for x in 'ab')", "10**400"])
def test_what_is_no_plain_value_arrives_as_its_kind_alone(server, made):
    assert isinstance(call(server, f"return {made}"), wire.Opaque)
