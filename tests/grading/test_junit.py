"""The grades as JUnit XML: what any reader of that format finds in it."""

import os
import xml.etree.ElementTree as ET

from coursekit.grading.gradebook import Grade, score
from coursekit.grading.judge import Verdict
from coursekit.grading.junit import write_junit
from coursekit.grading.reference import Check

CHECKS = [Check("a", "biases", 2), Check("b", "weights", 1.5)]


def suites(tmp_path, *graded):
    write_junit(tmp_path / "results.xml", list(graded))
    return ET.parse(tmp_path / "results.xml").getroot().findall("testsuite")


def graded(student, passed, printed=None, status="graded"):
    grade = Grade(student, "07", status, "", score(CHECKS, passed))
    return grade, Verdict("07", status, "", passed, printed or {})


def test_a_submission_is_a_suite_and_a_lost_check_a_failure_with_what_it_printed(tmp_path):
    passed, printed = {"biases": True, "weights": False}, {"weights": "weights: NOT YET"}
    (suite,) = suites(tmp_path, graded("ann", passed, printed))
    assert suite.attrib == {"name": "ann: 07", "tests": "2", "failures": "1", "errors": "0"}
    right, lost = suite.findall("testcase")
    assert (right.get("name"), list(right)) == ("biases", [])
    (failure,) = lost
    assert (failure.get("message"), failure.text) == ("0 of 1.5 points", "weights: NOT YET")


def test_what_could_not_be_read_is_an_error_that_says_why(tmp_path):
    grade = Grade("bob", "", "unreadable", "bob.ipynb: the file is empty")
    (suite,) = suites(tmp_path, (grade, Verdict("", "unreadable")))
    ((error,),) = suite.findall("testcase")
    assert (error.tag, error.get("message")) == ("error", "bob.ipynb: the file is empty")


def test_the_file_is_xml_whatever_a_student_is_called_or_an_answer_raises(tmp_path):
    student = os.fsdecode(b"z\xff\x00<&\"")
    printed = {"weights": "]]> \x1b[31m \ud800 \ufffe </failure>"}
    (suite,) = suites(tmp_path, graded(student, {"biases": True}, printed))
    assert suite.get("name").endswith('<&": 07')
    assert "</failure>" in suite.find(".//failure").text
