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
    except CourseError as error:
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
    return parser


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
