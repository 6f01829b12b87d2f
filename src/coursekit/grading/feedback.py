"""A page for each submission: the points, what each check printed, and what is wrong in words."""

import html
import re

from coursekit.grading.sandbox.inside.wire import plain_text

LONGEST_NAME = 80  # of a folder, in bytes; file systems take 255

PAGE = """\
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{
  font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem;
}}
pre {{
  white-space: pre-wrap; overflow-wrap: anywhere;
  padding: .75rem; border: 1px solid #8888; border-radius: .25rem;
}}
table {{ border-collapse: collapse; }}
th, td {{ text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid #8888; }}
</style>
<h1>{title}</h1>
<p><b>{score} of {max_score} points.</b> {status}</p>
{message}
{in_words}
<h2>Checks</h2>
<table>
<thead><tr><th scope="col">check</th><th scope="col">points</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
{printed}
</html>
"""

STATUS = {
    "graded": "",
    "timeout": "An answer did not end in time; what had passed before counts.",
    "crashed": "An answer ended its process; what had passed before counts.",
    "unreadable": "The file could not be read as a notebook.",
    "no-answer": "No answer differs from what the exercise gave.",
}


def feedback_page(grade, verdict):
    """The HTML of a page that opens offline.

    Parameters
    ----------
    grade : coursekit.grading.gradebook.Grade
    verdict : coursekit.grading.judge.Verdict
    """
    rows = "\n".join(
        f'<tr><th scope="row">{_text(check.name)}</th><td>{points:g} of {check.points:g}</td></tr>'
        for check, points in grade.checks
    )
    lost = [
        f"<h3>{_text(name)}</h3>\n<pre>{_text(printed)}</pre>"
        for name, printed in verdict.printed.items()
        if not verdict.passed[name]
    ]
    title = f"{grade.exercise or 'A submission'}: {grade.student}"
    return PAGE.format(
        title=_text(title),
        score=f"{grade.score:g}",
        max_score=f"{grade.max_score:g}",
        status=STATUS[grade.status],
        message=f"<p>{_text(grade.message)}</p>" if grade.message else "",
        rows=rows,
        printed="<h2>What the checks printed</h2>\n" + "\n".join(lost) if lost else "",
        in_words="<h2>In words</h2>\n" + "\n".join(verdict.in_words) if verdict.in_words else "",
    )


def _text(text):
    return html.escape(plain_text(text))


def file_names(students):
    """{student: a name for a folder}: no two alike, nothing that leads elsewhere.

    Examples
    --------
    >>> file_names(["Zoë", "../etc", "a/b", "a_b", "con\\n"])
    {'../etc': 'etc', 'Zoë': 'Zoë', 'a/b': 'a_b', 'a_b': 'a_b-2', 'con\\n': 'con'}
    """
    names, taken = {}, set()
    for student in sorted(students):
        plain = re.sub(r"[^\w .()-]+", "_", plain_text(student)).strip("._ ")
        plain = plain.encode()[:LONGEST_NAME].decode(errors="ignore").strip() or "student"
        name, number = plain, 2
        while name.casefold() in taken:  # some file systems take A and a for the same
            name, number = f"{plain}-{number}", number + 1
        taken.add(name.casefold())
        names[student] = name
    return names
