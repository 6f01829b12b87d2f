"""The `course` command: exercises, solutions, and grading."""

import argparse
import sys
from pathlib import Path

from coursekit.errors import CourseError


def main(arguments=None):
    """Run one subcommand.

    Returns
    -------
    int
        0 when it did what was asked, 1 when ``--check`` found something, 2 when it could not.
    """
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (CourseError, OSError) as error:  # a full disk, a folder that cannot be written
        print(f"course {options.command}: {error}", file=sys.stderr)
        return 2


def _parser():
    parser = argparse.ArgumentParser(prog="course", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    folder = argparse.ArgumentParser(add_help=False)
    folder.add_argument(
        "--solutions",
        type=Path,
        default=Path("solutions"),
        metavar="DIR",
        help="the folder of the solutions (default: %(default)s)",
    )

    exercises = commands.add_parser(
        "exercises", parents=[folder], help="write the exercise of every solution"
    )
    exercises.add_argument(
        "--out", type=Path, default=Path("exercises"), metavar="DIR", help="default: %(default)s"
    )
    exercises.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 unless all are up to date"
    )
    exercises.set_defaults(run=_exercises)

    solutions = commands.add_parser(
        "solutions", parents=[folder], help="execute the solutions and store their outputs"
    )
    solutions.add_argument("names", nargs="*", metavar="NAME", help="default: all of them")
    solutions.set_defaults(run=_solutions)

    grade = commands.add_parser(
        "grade", parents=[folder], help="grade submissions and write gradebook.csv"
    )
    grade.add_argument(
        "submissions", type=Path, help="a folder of student.ipynb, or one such notebook"
    )
    grade.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where gradebook.csv goes"
    )
    grade.add_argument("--exercise", metavar="NAME", help="default: what the notebooks say")
    grade.add_argument(
        "--keep", action="store_true", help="leave the notebooks that nbval ran in DIR/notebooks"
    )
    grade.add_argument(
        "--seed",
        type=_number(int, 0, 2**31 - 1),
        metavar="N",
        help="of the checks' networks (default: another one each time)",
    )
    grade.add_argument(
        "--timeout",
        type=_number(float, 0.1, 3600),
        default=20,
        metavar="SECONDS",
        help="for one cell (default: %(default)s)",
    )
    grade.add_argument(
        "--jobs",
        type=_number(int, 1, 1000),
        metavar="N",
        help="submissions at the same time (default: one for each processor)",
    )
    grade.set_defaults(run=_grade)
    return parser


def _number(kind, smallest, largest):
    """An argparse type: a number from ``smallest`` to ``largest``."""

    def parse(text):
        try:
            number = kind(text)
        except ValueError:
            number = None
        if number is None or not smallest <= number <= largest:
            raise argparse.ArgumentTypeError(
                f"must be a number from {smallest} to {largest}, got {text!r}"
            )
        return number

    return parse


# The imports stand where they are needed: each subcommand starts without the others' libraries.


def _exercises(options):
    from coursekit.exercises import check_exercises, write_exercises
    from coursekit.repository import configured_repository_url

    url = configured_repository_url(options.solutions.resolve().parent)
    if options.check:
        problems = check_exercises(options.solutions, options.out, url)
        for problem in problems:
            print(problem)
        if problems:
            print("`course exercises` writes them anew; one without a solution is to be deleted.")
        return 1 if problems else 0
    paths = write_exercises(options.solutions, options.out, url)
    print(f"{len(paths)} exercises in {options.out}")
    return 0


def _solutions(options):
    from coursekit.solutions import run_solutions

    for path in run_solutions(options.solutions, options.names):
        print(path)
    return 0


def _grade(options):
    from coursekit.grading.grade import grade

    grade(
        options.submissions,
        options.solutions,
        options.out,
        exercise=options.exercise,
        keep=options.keep,
        seed=options.seed,
        timeout=options.timeout,
        jobs=options.jobs,
    )
    return 0
