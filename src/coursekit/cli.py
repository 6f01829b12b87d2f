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
    except KeyboardInterrupt:
        print(
            f"course {options.command}: interrupted; the same command again goes on from here",
            file=sys.stderr,
        )
        return 130


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
        "grade",
        parents=[folder],
        help="grade submissions: a gradebook, and a page of feedback for each",
        epilog="The same command again goes on where an earlier run was ended.",
    )
    grade.add_argument(
        "submissions",
        type=Path,
        help="a folder or a zip file of submissions, as they were handed in or as Canvas, Moodle "
        "or nbgrader hand them out; or one notebook",
    )
    grade.add_argument("--out", type=Path, metavar="DIR", help="where the results go")
    grade.add_argument(
        "--explain",
        action="store_true",
        help="write no results, but show of one notebook what was taken from it, and where it "
        "differs from the solution; with --out the networks are those of the results there",
    )
    grade.add_argument("--exercise", metavar="NAME", help="default: what the notebooks say")
    grade.add_argument(
        "--seed",
        type=_number(int, 0, 2**31 - 1),
        metavar="N",
        help="of the checks' networks (default: another one for each run)",
    )
    grade.add_argument(
        "--jobs",
        type=_number(int, 1, 1000),
        metavar="N",
        help="submissions at the same time (default: one for each processor)",
    )
    grade.add_argument(
        "--require-sandbox",
        action="store_true",
        help="refuse to run where the answers cannot be shut in by Linux namespaces",
    )
    limits = grade.add_argument_group("limits for each answer")
    for option, kind, largest, default, what in (
        ("--timeout", float, 3600, 20, "seconds for all its calls together"),
        ("--memory", int, 10**6, 1024, "MB of memory"),
        ("--processes", int, 1000, 8, "processes and threads"),
        ("--open-files", int, 1000, 64, "open files"),
        ("--file-size", int, 10**6, 16, "MB of files"),
        ("--output-size", int, 1000, 1, "MB that it may return at once; prints are dropped"),
    ):
        limits.add_argument(
            option,
            type=_number(kind, 0.1 if kind is float else 1, largest),
            default=default,
            metavar="N",
            help=f"{what} (default: %(default)s)",
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
    from coursekit.grading.grade import Options, explain, grade
    from coursekit.grading.sandbox.answers import Limits

    how = Options(
        exercise=options.exercise,
        seed=options.seed,
        jobs=options.jobs,
        require_sandbox=options.require_sandbox,
        limits=Limits(
            seconds=options.timeout,
            memory=options.memory,
            processes=options.processes,
            open_files=options.open_files,
            file_size=options.file_size,
            output_size=options.output_size,
        ),
    )
    if options.explain:
        print(explain(options.submissions, options.solutions, options.out, how))
        return 0
    if options.out is None:
        raise CourseError("say with --out DIR where the results are to go")
    grade(options.submissions, options.solutions, options.out, how)
    return 0
