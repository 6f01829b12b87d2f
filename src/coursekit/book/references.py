"""The list of references: sphinxcontrib-bibtex's, in the roles that HTML's readers know.

docutils gives the list roles of ARIA that were withdrawn since (``doc-biblioentry``), and a number
to each entry, which the text does not use: it cites by author and year.
"""

import re

WITHDRAWN = re.compile(r' role="(?:doc-biblioentry|list)"')


def setup(app):
    app.connect("html-page-context", _drop_roles)


def _drop_roles(app, pagename, templatename, context, doctree):
    body = context.get("body", "")
    if 'role="doc-biblioentry"' in body:
        context["body"] = WITHDRAWN.sub("", body)
