"""The link from a chapter to its exercise notebook: for download and, on GitHub, in Colab.

``{exercise}`` stands for the exercise of the page's own name: `chapters/07_backward_pass.md` links
`exercises/07_backward_pass.ipynb`, which is written beside the pages when the build ends.
"""

import html
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import yaml
from docutils import nodes
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from coursekit.errors import CourseError
from coursekit.exercises import write_exercises
from coursekit.repository import configured_repository_url, repository_url

logger = logging.getLogger(__name__)

BOX = """\
<p class="bp-exercise-links">
<a class="bp-button" href="{download}" download>Download {file}</a>{colab}
</p>
"""
COLAB = '\n<a class="bp-button" href="{}">Open in Colab</a>'


class Exercise(SphinxDirective):
    """A box with the links to the exercise of this page; the content says what it asks."""

    has_content = True

    def run(self):
        page = PurePosixPath(self.env.docname)
        solution = Path(self.env.srcdir, "solutions", f"{page.name}.ipynb")
        self.env.note_dependency(str(solution))
        if not solution.exists():
            logger.warning(
                "this page has an exercise, but solutions/%s does not exist",
                solution.name,
                location=self.get_location(),
            )
        box = nodes.container(classes=["bp-exercise"])
        self.state.nested_parse(self.content, self.content_offset, box)
        colab = colab_url(self.config.exercise_notebooks, solution.name)
        links = BOX.format(
            download="../" * (len(page.parts) - 1) + f"exercises/{solution.name}",
            file=solution.name,
            colab=COLAB.format(html.escape(colab)) if colab else "",
        )
        box += nodes.raw("", links, format="html")
        return [box]


def colab_url(notebooks_url, file):
    """Where Colab opens a notebook of ``notebooks_url``; None unless that is on GitHub."""
    address = urlsplit(notebooks_url or "")
    if address.hostname != "github.com":
        return None
    return f"https://colab.research.google.com/github{address.path}/{file}"


def exercise_notebooks(root):
    """Address of the folder of exercise notebooks on the repository's site; None if unknown.

    With a repository in `_config.yml` it is the branch that is named there. On GitHub Actions
    alone it is `gh-pages`, the published site, whose exercises know the address to install from.
    """
    url = repository_url(root)
    if url is None:
        return None
    branch = "gh-pages"
    if configured_repository_url(root):
        config = yaml.safe_load(Path(root, "_config.yml").read_text(encoding="utf-8"))
        branch = config["repository"].get("branch", "main")
    return f"{url.removesuffix('.git')}/blob/{branch}/exercises"


def setup(app):
    app.add_directive("exercise", Exercise)
    # "env": the pages are read again when the address changes.
    app.add_config_value("exercise_notebooks", None, "env", [str, type(None)])
    app.connect("config-inited", _find_exercise_notebooks)
    app.connect("build-finished", _write_exercises)


def _find_exercise_notebooks(app, config):
    config.exercise_notebooks = exercise_notebooks(app.srcdir)


def _write_exercises(app, exception):
    if exception is not None or app.builder.format != "html":
        return
    solutions, out = Path(app.srcdir, "solutions"), Path(app.outdir, "exercises")
    try:
        write_exercises(solutions, out, repository_url(app.srcdir))
    except CourseError as error:
        raise SphinxError(str(error)) from None
