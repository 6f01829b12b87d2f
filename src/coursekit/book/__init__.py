"""The book: a Sphinx extension (`coursekit.book.extension`) and helpers for chapters.

A chapter's code cell imports them from here, so this module imports no Sphinx.
"""

from coursekit.book.figures import page_figure
from coursekit.book.moving_picture import moving_picture
from coursekit.book.page_numbers import page_numbers
from coursekit.book.tables import page_table

__all__ = ["moving_picture", "page_figure", "page_numbers", "page_table"]
