"""Backpropagation by hand: the gradient of a deep ReLU network, as the course derives it.

The modules follow the lesson: ``network`` (chapter 01), ``forward_pass`` (02), ``loss`` (03),
``chain_rule`` (04), ``backward_pass`` (05 to 07), ``checking_gradients`` (08). ``plots`` and
``chain_rule_plots`` draw the figures, and ``explore`` lets a notebook's reader play with them.
``checks`` says which line of a student's function is wrong, and why.
"""

from backprop.backward_pass import backward_pass, indicator_function, sum_over_batch
from backprop.checking_gradients import (
    check_gradients,
    complex_step_gradients,
    finite_difference_gradients,
    relative_error,
)
from backprop.forward_pass import compute_network_output, relu
from backprop.loss import d_loss_d_output, least_squares_loss
from backprop.network import count_parameters, initialize_parameters

__all__ = [
    "backward_pass",
    "check_gradients",
    "complex_step_gradients",
    "compute_network_output",
    "count_parameters",
    "d_loss_d_output",
    "finite_difference_gradients",
    "indicator_function",
    "initialize_parameters",
    "least_squares_loss",
    "relative_error",
    "relu",
    "sum_over_batch",
]
