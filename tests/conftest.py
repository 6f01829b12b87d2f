"""Settings that every test shares.

Examples drawn by hypothesis are the same in every run, so that a failure is the change's doing.
`pytest --hypothesis-profile=explore` draws new ones, and more.
"""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", max_examples=2000, deadline=None)
settings.load_profile("repeatable")
