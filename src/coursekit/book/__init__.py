"""The book: a Sphinx extension (`coursekit.book.extension`) and a helper for chapters.

A chapter's code cell imports `page_figure` from here, so this module imports no Sphinx.
"""

from coursekit.book.figures import page_figure

__all__ = ["page_figure"]
