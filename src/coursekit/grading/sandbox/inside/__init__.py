"""What runs on the answers' side, in an interpreter without `coursekit` and `backprop`.

These modules use NumPy, the standard library and one another. The trusted side uses ``wire`` too.
"""
