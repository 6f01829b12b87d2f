"""Tables that a page's code computes: with header cells, and with links that the build checks."""

from IPython.display import Markdown
from myst_nb import glue


def page_table(name, header, rows):
    """Glue a table under ``name``, for a ``glue:md`` directive of the same page.

    Where the table stands::

        ```{glue:md} name
        :format: myst
        ```

    Parameters
    ----------
    name : str
    header : sequence of str
        The heads of the columns, in MyST.
    rows : sequence of sequences
        Cells, in MyST or numbers. The first of each row is the row's head. Where there is no row,
        "None." stands in place of the table.

    Raises
    ------
    ValueError
        If a row has more cells or fewer than the header.
    """
    glue(name, Markdown(myst_table(header, rows)), display=False)


def myst_table(header, rows):
    """The table as MyST text; parameters and errors as in `page_table`.

    Examples
    --------
    >>> print(myst_table(["mistake", "ways"], [["bias-flat", 2]]))
    ```{list-table}
    :header-rows: 1
    :stub-columns: 1
    <BLANKLINE>
    * - mistake
      - ways
    * - bias-flat
      - 2
    ```
    """
    if not rows:
        return "None."
    lines = ["```{list-table}", ":header-rows: 1", ":stub-columns: 1", ""]
    for row in [header, *rows]:
        if len(row) != len(header):
            raise ValueError(f"a row must have {len(header)} cells, got {row!r}.")
        first, *others = map(str, row)
        lines += [f"* - {first}", *(f"  - {cell}" for cell in others)]
    return "\n".join([*lines, "```"])
