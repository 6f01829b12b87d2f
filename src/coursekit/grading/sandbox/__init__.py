"""Where a submission's answers run: processes of their own, out of sight of everything else.

``answers`` stands in the trusted kernel and is what a check calls, ``session`` is what a graded
notebook opens. ``inside`` is the other side: a server that forks a process for each answer, the
jail that shuts it in (``system_calls`` and ``readable`` hold where there are no namespaces), and
the wire that carries plain values.
"""
