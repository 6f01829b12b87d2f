"""Pages follow the code that they run, not their own text alone.

A page's stored outputs are used again as long as its cells are the same. But what a cell prints
or draws also depends on `backprop`, and what becomes of it on this package. So the outputs are
stored under a digest of both, and all pages are read again when it changes.
"""

import hashlib
from pathlib import Path

import backprop

PACKAGES = (Path(backprop.__file__).parent, Path(__file__).parent)


def code_digest():
    """A digest of the modules that decide what stands on a page."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for file in sorted(package.rglob("*.py")):
            name = file.relative_to(package).as_posix()
            digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def setup(app):
    app.add_config_value("course_code", "", "env")  # "env": another value, and pages are read anew
    app.connect("config-inited", _follow_code)


def _follow_code(app, config):
    config.course_code = code_digest()
    config.nb_execution_cache_path = str(
        Path(app.outdir).parent / ".jupyter_cache" / config.course_code
    )
