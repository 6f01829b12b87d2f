"""A function that the course checks, and the mistakes that are made in it.

Every mistake replaces one or more lines of a right function by wrong ones. What it gives is found
by running it, never by reading a student's code; so an entry of a catalogue is at once what the
checks compare with and what the book shows.
"""

import functools
import re
import textwrap
from dataclasses import dataclass, field

import numpy as np

from backprop.backward_pass import backward_pass, indicator_function
from backprop.chain_rule import delta
from backprop.forward_pass import compute_network_output, relu
from backprop.loss import least_squares_loss
from backprop.training import gradient_step, train

# What a function may call, without the checks of its arguments, which would take the most time.
GIVEN = (
    relu,
    indicator_function,
    compute_network_output,
    backward_pass,
    least_squares_loss,
    gradient_step,
    train,
)

# Which equation a wrong line breaks. A wrong start or end is of no equation, and a line of
# another function has that function's name.
EQUATION_OF_LINE = {
    "start": "backward_pass",
    "biases": "7.21",
    "weights": "7.22",
    "product": "7.24 product",
    "mask": "7.24 mask",
    "end": "backward_pass",
}


@dataclass(frozen=True, eq=False)
class Misconception:
    """One mistake.

    Attributes
    ----------
    slug : str
        Its name in reports, ``finding.cause``.
    title : str
        What was done, in a few words.
    hint : str
        A question that leads on. It never contains the answer.
    why : str
        Why it is wrong, for the book.
    variants : tuple of dicts
        For each way to make the mistake, the wrong lines: {name of the line: code}. The ways of
        one entry give different numbers but come from the same thought.
    equation : str
        "7.21", "7.22", "7.24 product", "7.24 mask", or the name of the function.
    """

    slug: str
    title: str
    hint: str
    why: str
    variants: tuple
    equation: str = ""

    def __post_init__(self):
        if not self.equation:
            line = next(iter(self.variants[0]))
            object.__setattr__(self, "equation", EQUATION_OF_LINE.get(line, line))


def ways(entries):
    """[(entry, lines)]: each entry with each of its variants."""
    return [(entry, lines) for entry in entries for lines in entry.variants]


@dataclass(frozen=True, eq=False)
class Subject:
    """A function to check.

    Attributes
    ----------
    name : str
    template : str
        Its source, with ``{name}`` for each line that a mistake may replace.
    right_lines : dict
        {name of the line: code}.
    catalogue : tuple of Misconception
    trials : function
        ``trials(seed)`` gives the trials on which it is tried.
    questions : dict
        {equation: the question that leads on where no entry of the catalogue fits}.
    questions_in_batches : dict
        The same for a line that is right with one example.
    rare : tuple of Misconception
        Mistakes that are looked for in single lines only, not in combination with all others.
    """

    name: str
    template: str
    right_lines: dict
    catalogue: tuple
    trials: object
    questions: dict = field(default_factory=dict)
    questions_in_batches: dict = field(default_factory=dict)
    rare: tuple = ()

    def source(self, lines):
        """The source with these lines, {name: code}, in place of the right ones."""
        return _filled(self.template, self.right_lines | lines)

    def wrong(self, lines):
        """The function of that source."""
        chosen = self.right_lines | lines  # in the order of the right lines
        choices = self._choices
        if any(code not in choices[name] for name, code in chosen.items()):
            choices = {name: (code,) for name, code in chosen.items()}
        make = _maker(self.name, self.template, tuple(choices.items()))
        return make(*(choices[name].index(code) for name, code in chosen.items()))

    @functools.cached_property
    def mistakes(self):
        """Every way to make a mistake of the catalogue: (entry, lines)."""
        return ways(self.catalogue)

    @functools.cached_property
    def _choices(self):
        """{name of the line: the codes that the catalogue has for it, the right one first}."""
        choices = {name: [code] for name, code in self.right_lines.items()}
        for _, lines in self.mistakes:
            for name, code in lines.items():
                choices[name].append(code)
        return {name: tuple(dict.fromkeys(codes)) for name, codes in choices.items()}


def _filled(template, code):
    return re.sub(
        r"^( *)\{(\w+)\}$",
        lambda place: textwrap.indent(code[place[2]], place[1]),
        template,
        flags=re.MULTILINE,
    )


@functools.lru_cache(maxsize=256)
def _maker(name, template, choices):
    """A function that makes the function of ``template`` from the number of each line's code.

    All codes of all lines are compiled at once, each line as one `if` with many branches: to
    compile anew for each of the hundreds of pairs that a check tries would take the most time.
    """
    branches = {
        line: "\nel".join(
            f"if choice_of_{line} == {number}:\n{textwrap.indent(code, '    ')}"
            for number, code in enumerate(codes)
        )
        for line, codes in choices
    }
    body = textwrap.indent(_filled(template, branches), "    ")
    arguments = ", ".join(f"choice_of_{line}" for line in branches)
    source = f"def make({arguments}):\n{body}\n    return {name}\n"
    names = {"np": np, "delta": delta}
    names |= {function.__name__: function.__wrapped__ for function in GIVEN}
    exec(compile(source, "<misconception>", "exec"), names)  # our own text, from this package
    return names["make"]
