"""Where the book's repository is: configured, told by GitHub Actions, or unknown. Never guessed."""

import os
from pathlib import Path

import yaml

from coursekit.errors import CourseError


def repository_url(root):
    """The repository's address, or None where it is not known.

    Parameters
    ----------
    root : path
        The folder of ``_config.yml``.

    Returns
    -------
    str or None
        What `configured_repository_url` returns; else, on GitHub Actions, the address made from
        ``GITHUB_REPOSITORY`` (and ``GITHUB_SERVER_URL``); else None.
    """
    url = configured_repository_url(root)
    repository = os.environ.get("GITHUB_REPOSITORY")
    if url is None and repository:
        server = os.environ.get("GITHUB_SERVER_URL") or "https://github.com"
        url = f"{server.rstrip('/')}/{repository}"
    return url


def configured_repository_url(root):
    """``repository: {url: ...}`` of ``_config.yml``, or None.

    The same on every machine, which is why the committed exercises go by it alone.

    Raises
    ------
    CourseError
        If ``_config.yml`` is not YAML, or the address does not begin with ``https://``.
    """
    path = Path(root) / "_config.yml"
    if not path.exists():
        return None
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise CourseError(f"{path}: not YAML ({str(error).splitlines()[0]})") from None
    url = (config.get("repository") or {}).get("url")
    if not url:
        return None
    if not str(url).startswith("https://"):
        raise CourseError(f"{path}: repository.url must begin with https://, got {url!r}")
    return url.rstrip("/")
