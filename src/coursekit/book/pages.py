"""What every page's head gets and does not get, and the page at the site's address."""

import html

from docutils import nodes

DESCRIPTION_LENGTH = 160
THEME_SCRIPT = "scripts/sphinx-book-theme.js"  # course.js does what is left of its work


def description(doctree):
    """The first paragraph that is a sentence without a formula, cut at a word; None without one."""
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if len(text) >= 40 and not any(paragraph.findall(nodes.math)):
            if len(text) > DESCRIPTION_LENGTH:
                text = text[:DESCRIPTION_LENGTH].rsplit(" ", 1)[0] + " …"
            return text
    return None


def setup(app):
    app.connect("html-page-context", _add_description)
    app.connect("html-page-context", _drop_theme_script, priority=900)
    app.connect("html-page-context", _add_moving)
    app.connect("html-collect-pages", _redirect_to_root)


def _add_description(app, pagename, templatename, context, doctree):
    metatags = context.get("metatags") or ""
    if doctree is None or 'name="description"' in metatags:
        return
    text = description(doctree)
    if text:
        meta = f'<meta name="description" content="{html.escape(text)}" />'
        context["metatags"] = metatags + meta


def _drop_theme_script(app, pagename, templatename, context, doctree):
    context["script_files"] = [
        script
        for script in context["script_files"]
        if getattr(script, "filename", script) != f"_static/{THEME_SCRIPT}"
    ]


def _add_moving(app, pagename, templatename, context, doctree):
    """Only a page with a picture that moves loads what moves it."""
    if 'class="bp-moving"' in context.get("body", ""):
        app.add_css_file("moving.css", priority=900)
        app.add_js_file("moving.js", priority=900, loading_method="defer")


def _redirect_to_root(app):
    """Yield an `index.html` that leads to the first page; Jupyter Book's has no title, no link."""
    if app.config.root_doc != "index":
        yield "index", {"target": f"{app.config.root_doc}.html"}, "redirect.html"
