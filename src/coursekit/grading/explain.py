"""For an appeal: on which arguments an answer gave something else than the solution."""

import inspect

import numpy as np


def differences(calls, solution):
    """The first wrong call of each answer in each check.

    Parameters
    ----------
    calls : list of coursekit.grading.sandbox.answers.Call
    solution : dict of str to list of (str, bool)
        The solution's answers, as `coursekit.grading.assembly.own_answers` gives them.

    Returns
    -------
    list of dict
        With the keys ``check``, ``name``, ``arguments``, ``result`` and ``expected``:
        texts, the arguments by their names.
    """
    functions = {name: _function(name, statements) for name, statements in solution.items()}
    found = {}
    for call in calls:
        place = call.check, call.name
        if place in found:
            continue
        try:
            expected = functions[call.name](*call.arguments, **call.keywords)
        except Exception as error:  # a check may try what is to raise
            expected = f"{type(error).__name__}: {error}"
        result = call.error or call.result
        if not same(result, expected):
            arguments = _named(functions[call.name], call.arguments, call.keywords)
            found[place] = {
                "check": call.check,
                "name": call.name,
                "arguments": {name: in_words(argument) for name, argument in arguments.items()},
                "result": in_words(result),
                "expected": in_words(expected),
            }
    return list(found.values())


def _function(name, statements):
    namespace = {}
    for source, _ in statements:
        exec(compile(source, "<solution>", "exec"), namespace)
    return namespace[name]


def _named(function, arguments, keywords):
    try:
        return inspect.signature(function).bind(*arguments, **keywords).arguments
    except TypeError:
        return dict(enumerate(arguments, start=1)) | keywords


def same(found, expected):
    """Whether two results are nested alike, with numbers that agree to rounding.

    Examples
    --------
    >>> same([np.array([1.0]), (2, 3)], [np.array([1.0 + 1e-12]), [2, 3]])
    True
    >>> same(np.zeros(3), np.zeros((3, 1)))
    False
    """
    if isinstance(expected, (list, tuple)):
        return (
            isinstance(found, (list, tuple))
            and len(found) == len(expected)
            and all(map(same, found, expected))
        )
    if expected is None or isinstance(expected, str):
        return type(found) is type(expected) and found == expected
    try:
        found, expected = np.asarray(found, dtype=complex), np.asarray(expected, dtype=complex)
    except (TypeError, ValueError):
        return False
    if found.shape != expected.shape:
        return False
    scale = max(1.0, np.abs(expected).max(initial=0.0))
    return bool(np.all(np.abs(found - expected) <= 1e-8 * scale))


def in_words(value):
    """A value as a text of several lines, short enough to be read.

    Examples
    --------
    >>> print(in_words([np.array([[1.5], [-0.0]]), None]))
    list of 2
      [0] array of shape (2, 1)
          [[1.5]
           [0. ]]
      [1] None
    """
    if isinstance(value, (list, tuple)):
        lines = [f"{type(value).__name__} of {len(value)}"]
        for number, entry in enumerate(value[:20]):
            text = in_words(entry).splitlines() or [""]
            lines.append(f"  [{number}] {text[0]}")
            lines += [f"      {line}" for line in text[1:]]
        return "\n".join(lines + ["  ..."] * (len(value) > 20))
    if isinstance(value, np.ndarray):
        with np.printoptions(precision=6, suppress=True, threshold=200, linewidth=88):
            numbers = str(value + 0 if value.dtype.kind in "fc" else value)
        return f"array of shape {value.shape}\n" + numbers
    if callable(value):
        return f"a function, {getattr(value, '__name__', 'without a name')}"
    return str(value)
