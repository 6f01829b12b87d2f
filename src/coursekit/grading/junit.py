"""The grades as JUnit XML, which continuous integration and many other tools show."""

import re
import xml.etree.ElementTree as ET

from coursekit.files import write_whole
from coursekit.grading.sandbox.inside.wire import plain_text

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(path, graded):
    """Write a test suite for each submission and a test case for each of its checks.

    A lost check is a failure, with what it printed. A submission without a verdict on its checks
    is one case, an error.

    Parameters
    ----------
    path : Path
    graded : list of (Grade, Verdict)
    """
    root = ET.Element("testsuites", name="course grade")
    for grade, verdict in sorted(graded, key=lambda one: (one[0].student, one[0].exercise)):
        suite = _element(root, "testsuite", name=f"{grade.student}: {grade.exercise or 'unknown'}")
        seen = grade.status in ("graded", "timeout", "crashed")
        for check, points in grade.checks if seen else []:
            case = _element(suite, "testcase", classname=grade.exercise, name=check.name)
            if not verdict.passed.get(check.name):
                lost = _element(case, "failure", message=f"{points:g} of {check.points:g} points")
                lost.text = _text(verdict.printed.get(check.name, ""))
        if not seen:
            case = _element(suite, "testcase", classname=grade.student, name=grade.status)
            _element(case, "error", message=grade.message)
        for count, kind in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
            suite.set(count, str(len(list(suite.iter(kind)))))
    text = ET.tostring(root, encoding="unicode")
    write_whole(path, f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n')


def _element(parent, tag, **attributes):
    return ET.SubElement(parent, tag, {key: _text(value) for key, value in attributes.items()})


def _text(text):
    return NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", plain_text(text))
