"""Pages follow the code that they run, not their own text alone.

A page's stored outputs are used again as long as its cells are the same. But what a cell prints
or draws also depends on `backprop` and on what turns figures and numbers into parts of a page. So
the outputs are stored under a digest of those files, and all pages are read again when it changes.
"""

import hashlib
from pathlib import Path

import backprop

HERE = Path(__file__).parent


def code_digest():
    """A digest of the files that decide what a page's cells give."""
    files = sorted(Path(backprop.__file__).parent.glob("*.py"))
    digest = hashlib.sha256()
    for file in [*files, HERE / "figures.py", HERE / "numbers.py"]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def setup(app):
    app.add_config_value("course_code", "", "env")  # "env": another value, and pages are read anew
    app.connect("config-inited", _follow_code)


def _follow_code(app, config):
    config.course_code = code_digest()
    config.nb_execution_cache_path = str(
        Path(app.outdir).parent / ".jupyter_cache" / config.course_code
    )
