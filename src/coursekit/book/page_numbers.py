"""Numbers that a page's text takes from its code."""

import numpy as np
from myst_nb import glue


def page_numbers(**numbers):
    """Glue numbers under their names, for ``{glue:text}`name:.3f``` in the text of the page.

    Parameters
    ----------
    numbers : int, float, or array with one entry

    Raises
    ------
    ValueError
        If an array has more than one entry.
    """
    for name, number in numbers.items():
        if np.size(number) != 1:
            raise ValueError(f"{name} must be one number, got shape {np.shape(number)}.")
        # A plain Python number: NumPy's own print as np.float64(...), which no format reads.
        glue(name, np.asarray(number).item(), display=False)
