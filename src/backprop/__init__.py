"""Backpropagation by hand: the gradient of a deep ReLU network, as the course derives it.

The modules follow the lesson: ``network`` (chapter 01), ``forward_pass`` (02), ``loss`` (03),
``chain_rule`` (04), ``backward_pass`` (05 to 07), ``checking_gradients`` (08), ``training`` and
``classification`` (09), ``counting``, ``cost``, ``measuring_cost`` and ``checkpointing`` (10),
``initialization`` and ``residual`` (11), ``tape``, ``dual_numbers`` and
``automatic_differentiation`` (12).
``plots`` and the modules named ``..._plots`` draw the figures, and ``explore`` lets a reader play
with them. ``checks`` says which line of a student's function is wrong, and why.
"""

from backprop.backward_pass import backward_pass, indicator_function, sum_over_batch
from backprop.checking_gradients import (
    check_gradients,
    complex_step_gradients,
    finite_difference_gradients,
    relative_error,
)
from backprop.classification import cross_entropy_loss, d_cross_entropy_d_output, softmax
from backprop.forward_pass import compute_network_output, relu
from backprop.loss import d_loss_d_output, least_squares_loss
from backprop.network import count_parameters, initialize_parameters
from backprop.training import gradient_step, train

__all__ = [
    "backward_pass",
    "check_gradients",
    "complex_step_gradients",
    "compute_network_output",
    "count_parameters",
    "cross_entropy_loss",
    "d_cross_entropy_d_output",
    "d_loss_d_output",
    "finite_difference_gradients",
    "gradient_step",
    "indicator_function",
    "initialize_parameters",
    "least_squares_loss",
    "relative_error",
    "relu",
    "softmax",
    "sum_over_batch",
    "train",
]
