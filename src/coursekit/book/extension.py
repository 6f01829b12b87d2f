"""The Sphinx extension of the book: formulas, questions, exercise links, roles, style.

`_config.yml` lists it among the extensions; each part has a module of its own.
"""

from pathlib import Path

from docutils import nodes

from coursekit.book import (
    api,
    exercise_link,
    formulas,
    freshness,
    lessons,
    mistakes,
    notation,
    pages,
    questions,
    references,
    source,
    typography,
)

HERE = Path(__file__).parent


def setup(app):
    parts = (
        api, formulas, questions, exercise_link, source, mistakes, notation, references,
        lessons, typography, pages, freshness,
    )
    for part in parts:
        part.setup(app)
    for role, css_class in (
        ("fwd", "bp-forward"),
        ("bwd", "bp-backward"),
        ("prm", "bp-parameter"),
    ):
        app.add_role(role, _colour_role(css_class))
    app.connect("config-inited", _add_paths)
    app.add_css_file("course.css", priority=900)
    app.add_js_file("course.js", priority=900, loading_method="defer")
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}


def _add_paths(app, config):
    config.html_static_path.append(str(HERE / "static"))
    config.templates_path.insert(0, str(HERE / "templates"))  # before the theme's


def _colour_role(css_class):
    def role(name, rawtext, text, lineno, inliner, options=None, content=None):
        return [nodes.inline(rawtext, text, classes=[css_class])], []

    return role
