"""The one exception that the `course` command turns into a line for the person who called it."""


class CourseError(ValueError):
    """Something that the author or the instructor can put right; the message says what and where."""
