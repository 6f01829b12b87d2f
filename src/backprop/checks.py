"""Checks of a student's functions that say what is wrong, where, and why.

Each takes a function and returns a `Report`. Two questions are asked of what the function returns
on a few small trials. *Which line is wrong?* The numbers tell. *Why?* They are compared with what
each known mistake would give on the same trials. The student's code is never read, the answer is
never printed, and whatever the function does, the caller is not harmed.
"""

from backprop import backward_diagnosis
from backprop.diagnosis import diagnose
from backprop.misconceptions import BACKWARD_PASS


def check_backward_pass(function, examples="any", seed=7):
    """Check a backward pass, called as `backprop.backward_pass` is.

    Parameters
    ----------
    function : callable
        ``function(all_weights, all_biases, all_f, all_h, y)``, to return the weight gradients
        and the bias gradients, two lists of arrays.
    examples : {"any", "one"}
        "one" asks nothing of batches: for a function that is meant for a single example.
    seed : int
        Draws the networks on which it is tried.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If ``examples`` is neither of the two. Never because of what ``function`` does.

    Examples
    --------
    >>> from backprop import backward_pass
    >>> check_backward_pass(backward_pass)
    backward_pass: right.
    """
    if examples not in ("any", "one"):
        raise ValueError(f'examples must be "any" or "one", got {examples!r}.')
    networks = BACKWARD_PASS.trials(seed)
    if examples == "one":
        networks = [network for network in networks if network.examples == 1]
    return diagnose(function, BACKWARD_PASS, networks, backward_diagnosis.explain)
