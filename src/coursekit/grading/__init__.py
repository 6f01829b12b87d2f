"""Grading: find the submissions, read, assemble, run, score, write; a module each.

``submissions`` finds and reads notebooks that anybody may have written. ``statements`` takes code
apart without running it, ``reference`` knows what an exercise asks, ``assembly`` puts a
submission's answers into a pristine notebook, ``run`` lets nbval judge it in a process of its own
(``verdicts`` is what listens there), ``gradebook`` writes the result, and ``grade`` is the whole.
"""
