"""Checks of a student's functions that say what is wrong, where, and why.

Each takes a function and returns a `Report`. Two questions are asked of what the function returns
on a few small trials. *Which line is wrong?* The numbers tell. *Why?* They are compared with what
each known mistake would give on the same trials. The student's code is never read, the answer is
never printed, and whatever the function does, the caller is not harmed.
"""

from backprop.checks import backward_diagnosis
from backprop.checks.catalogue import (
    BACKWARD_ADDITIONS,
    BACKWARD_FACTOR,
    BACKWARD_MULTIPLICATIONS,
    BACKWARD_PASS,
    BACKWARD_PASS_FROM_CHECKPOINTS,
    BACKWARD_SWEEP,
    BACK_THROUGH_JACOBIAN,
    BIAS_GRADIENTS,
    COMPARE_LEARNING_RATES,
    COMPUTE_NETWORK_OUTPUT,
    CROSS_ENTROPY_LOSS,
    DEAD_FROM_GRADIENTS,
    DEAD_UNITS,
    DERIVATION_STEPS,
    DIRECTIONAL_ERROR,
    DUAL_MATMUL,
    D_CROSS_ENTROPY_D_OUTPUT,
    D_LOSS_D_OUTPUT,
    FINITE_DIFFERENCES,
    FORWARD_FACTOR,
    FORWARD_OPERATIONS,
    FORWARD_PASSES,
    GRADIENT_STEP,
    HESSIAN_TIMES,
    HE_STANDARD_DEVIATIONS,
    INDICATOR_FUNCTION,
    INITIALIZE_PARAMETERS,
    KEEP_CHECKPOINTS,
    KEPT_NUMBERS,
    LEAST_SQUARES_LOSS,
    LOCAL_DERIVATIVES,
    RELU,
    RESIDUAL_BACKWARD_PASS,
    SKIP_CONNECTION_GRADIENT,
    SOFTMAX,
    SUM_TO_SHAPE,
    TOY_BACKWARD_PASS,
    TOY_FORWARD_PASS,
    TOY_PARAMETER_GRADIENTS,
    TRAIN,
    VJPS,
    WEIGHT_GRADIENTS,
    WEIGHT_VARIANCE_FOR,
    WORST_RELATIVE_ERROR,
)
from backprop.checks.diagnosis import diagnose, explain


def check_backward_pass(function, examples="any", seed=7):
    """Check a backward pass, called as `backprop.backward_pass` is.

    Parameters
    ----------
    function : callable
        ``function(all_weights, all_biases, all_f, all_h, y)``, to return the weight gradients
        and the bias gradients, two lists of arrays.
    examples : {"any", "one"}
        "one" asks nothing of batches: for a function that is meant for a single example.
    seed : int
        Draws the networks on which it is tried.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If ``examples`` is neither of the two. Never because of what ``function`` does.

    Examples
    --------
    >>> from backprop import backward_pass
    >>> check_backward_pass(backward_pass)
    backward_pass: right.
    """
    trials = _with_examples(BACKWARD_PASS.trials(seed), examples)
    return diagnose(function, BACKWARD_PASS, trials, backward_diagnosis.explain)


def check_initialize_parameters(function, seed=7):
    """Check ``function(hidden_layers, width, inputs, outputs, seed)``, with one width for all.

    As `backprop.initialize_parameters`. Returns a `Report`, as all checks do; ``seed`` draws what
    the function is tried with.
    """
    return _check(function, INITIALIZE_PARAMETERS, seed)


def check_relu(function, seed=7):
    """Check ``function(preactivation)``, as `backprop.relu`.

    Examples
    --------
    >>> import numpy as np
    >>> check_relu(np.abs).findings[0].cause
    'relu-absolute-value'
    """
    return _check(function, RELU, seed)


def check_indicator_function(function, seed=7):
    """Check ``function(x)``, as `backprop.indicator_function`; True and False count as 1 and 0."""
    return _check(function, INDICATOR_FUNCTION, seed)


def check_compute_network_output(function, seed=7):
    """Check ``function(net_input, all_weights, all_biases)``, as the one of `backprop`."""
    return _check(function, COMPUTE_NETWORK_OUTPUT, seed)


def check_least_squares_loss(function, seed=7):
    """Check ``function(net_output, y)``, as `backprop.least_squares_loss`."""
    return _check(function, LEAST_SQUARES_LOSS, seed)


def check_d_loss_d_output(function, seed=7):
    """Check ``function(net_output, y)``, as `backprop.d_loss_d_output`."""
    return _check(function, D_LOSS_D_OUTPUT, seed)


def check_toy_forward_pass(function, seed=7):
    """Check ``function(x, betas, omegas)``, as `backprop.chain_rule.toy_forward_pass`."""
    return _check(function, TOY_FORWARD_PASS, seed)


def check_local_derivative(function, step, seed=7):
    """Check a step of the derivation, a function of the numbers that go into that step.

    ``step`` is "dl_df3" with the arguments (f3, y); "df_dh", "df_dbeta" or "df_domega" with
    (beta, omega, h); "dh1_df0" with (f0), "dh2_df1" with (f1) or "dh3_df2" with (f2).

    Examples
    --------
    >>> import numpy as np
    >>> check_local_derivative(np.sin, "dh3_df2").findings[0].cause
    'step-sign-of-slope'
    """
    if step not in LOCAL_DERIVATIVES:
        raise ValueError(f"step must be one of {', '.join(LOCAL_DERIVATIVES)}, got {step!r}.")
    return _check(function, LOCAL_DERIVATIVES[step], seed)


def check_toy_backward_pass(function, seed=7):
    """Check ``function(omegas, f, h, y)``, as `backprop.chain_rule.toy_backward_pass`."""
    return _check(function, TOY_BACKWARD_PASS, seed)


def check_toy_parameter_gradients(function, seed=7):
    """Check ``function(dl_df, h)``, as `backprop.chain_rule.toy_parameter_gradients`."""
    return _check(function, TOY_PARAMETER_GRADIENTS, seed)


def check_back_through_jacobian(function, seed=7):
    """Check ``function(jacobian, dl_dc)``, as `backprop.chain_rule.back_through_jacobian`."""
    return _check(function, BACK_THROUGH_JACOBIAN, seed)


def check_skip_connection_gradient(function, seed=7):
    """Check ``function(a, beta, omega, y)``: dl/da of (a + sin(beta + omega a) - y)^2."""
    return _check(function, SKIP_CONNECTION_GRADIENT, seed)


def check_derivation_step(function, step, seed=7):
    """Check a step of the derivations of chapters 05 to 07, from one entry to the whole array.

    ``step`` is the name of the step, and so of the function in the exercise. The indices come
    first, then the arrays: "df_i_dbeta_m" with (i, m), "dl_dbeta_m" with (m, dl_df, df_dbeta),
    "dl_dbeta_m_without_sum" with (m, dl_df), "d_f_d_bias" with (units); "df_i_dOmega_mn" with
    (i, m, n, h), "dl_dOmega_mn" with (m, n, dl_df, df_dOmega), "dl_dOmega_mn_without_sum" with
    (m, n, dl_df, h); "df_i_dh_j" with (i, j, weights), "dl_dh_j" with (j, dl_df, df_dh),
    "back_through_weights" with (weights, dl_df), "dh_i_df_j" with (i, j, f), "dl_df_j" with
    (j, dl_dh, dh_df), "back_through_relu" with (f, dl_dh).

    What a step needs of the steps before it is given, and is right: each is judged alone.

    Examples
    --------
    >>> check_derivation_step(lambda i, m: 1.0, "df_i_dbeta_m").findings[0].cause
    'bias-in-every-sum'
    """
    if step not in DERIVATION_STEPS:
        raise ValueError(f"step must be one of {', '.join(DERIVATION_STEPS)}, got {step!r}.")
    return _check(function, DERIVATION_STEPS[step], seed)


def check_bias_gradients(function, examples="any", seed=7):
    """Check ``function(dl_df)``, which gives the (D, 1) gradient of the biases of a layer.

    ``examples="one"`` asks nothing of batches, as in `check_backward_pass`.
    """
    trials = _with_examples(BIAS_GRADIENTS.trials(seed), examples)
    return diagnose(function, BIAS_GRADIENTS, trials, explain)


def check_weight_gradients(function, examples="any", seed=7):
    """Check ``function(dl_df, h)``, which gives the gradient of the weights of a layer.

    ``examples="one"`` asks nothing of batches, as in `check_backward_pass`.
    """
    trials = _with_examples(WEIGHT_GRADIENTS.trials(seed), examples)
    return diagnose(function, WEIGHT_GRADIENTS, trials, explain)


def check_finite_differences(function, scheme="central", seed=7):
    """Check ``function(loss, array, step)``, a gradient of ``loss(array)`` by nudging each entry.

    ``scheme`` is "central" or "forward".
    """
    if scheme not in FINITE_DIFFERENCES:
        raise ValueError(f'scheme must be "central" or "forward", got {scheme!r}.')
    return _check(function, FINITE_DIFFERENCES[scheme], seed)


def check_worst_relative_error(function, seed=7):
    """Check ``function(found, expected)``: the largest of `backprop.relative_error`."""
    return _check(function, WORST_RELATIVE_ERROR, seed)


def check_directional_error(function, seed=7):
    """Check ``function(loss, array, gradient, direction, step)``.

    How far the rate that ``gradient`` predicts along ``direction`` is from the central difference.
    """
    return _check(function, DIRECTIONAL_ERROR, seed)


def check_gradient_step(function, seed=7):
    """Check ``function(all_weights, all_biases, all_dl_dweights, all_dl_dbiases, learning_rate)``.

    As `backprop.gradient_step`; one that writes into its arguments is told so.

    Examples
    --------
    >>> def uphill(all_weights, all_biases, all_dl_dweights, all_dl_dbiases, learning_rate):
    ...     move = lambda arrays, all_dl: [a + learning_rate * g for a, g in zip(arrays, all_dl)]
    ...     return move(all_weights, all_dl_dweights), move(all_biases, all_dl_dbiases)
    >>> check_gradient_step(uphill).findings[0].cause
    'step-uphill'
    """
    return _check(function, GRADIENT_STEP, seed)


def check_train(function, seed=7):
    """Check a function that is called as `backprop.train` is.

    ``function(net_input, all_weights, all_biases, y, learning_rate, steps, loss, d_loss)``
    """
    return _check(function, TRAIN, seed)


def check_compare_learning_rates(function, seed=7):
    """Check ``function(net_input, all_weights, all_biases, y, learning_rates, steps)``.

    It returns for each learning rate the losses of a training from the same start.
    """
    return _check(function, COMPARE_LEARNING_RATES, seed)


def check_softmax(function, seed=7):
    """Check ``function(net_output)``, as `backprop.softmax`."""
    return _check(function, SOFTMAX, seed)


def check_cross_entropy_loss(function, seed=7):
    """Check ``function(net_output, y)``, as `backprop.cross_entropy_loss`."""
    return _check(function, CROSS_ENTROPY_LOSS, seed)


def check_d_cross_entropy_d_output(function, seed=7):
    """Check ``function(net_output, y)``, as `backprop.d_cross_entropy_d_output`."""
    return _check(function, D_CROSS_ENTROPY_D_OUTPUT, seed)


def check_forward_operations(function, seed=7):
    """Check ``function(widths, examples)``, as `backprop.cost.forward_operations`."""
    return _check(function, FORWARD_OPERATIONS, seed)


def check_backward_multiplications(function, seed=7):
    """Check ``function(widths, examples)``, as `backprop.cost.backward_multiplications`."""
    return _check(function, BACKWARD_MULTIPLICATIONS, seed)


def check_backward_additions(function, seed=7):
    """Check ``function(widths, examples)``, as `backprop.cost.backward_additions`."""
    return _check(function, BACKWARD_ADDITIONS, seed)


def check_forward_passes(function, seed=7):
    """Check ``function(widths, scheme)``, as `backprop.cost.forward_passes`."""
    return _check(function, FORWARD_PASSES, seed)


def check_kept_numbers(function, seed=7):
    """Check ``function(widths, examples)``, as `backprop.cost.kept_numbers`."""
    return _check(function, KEPT_NUMBERS, seed)


def check_keep_checkpoints(function, seed=7):
    """Check ``function(net_input, all_weights, all_biases, every)``.

    As `backprop.checkpointing.keep_checkpoints`.
    """
    return _check(function, KEEP_CHECKPOINTS, seed)


def check_backward_pass_from_checkpoints(function, seed=7):
    """Check ``function(all_weights, all_biases, checkpoints, y, every)``.

    As `backprop.checkpointing.backward_pass_from_checkpoints`.
    """
    return _check(function, BACKWARD_PASS_FROM_CHECKPOINTS, seed)


def check_forward_factor(function, seed=7):
    """Check ``function(inputs, outputs, weight_variance)``: the factor of Var f in one layer.

    Examples
    --------
    >>> check_forward_factor(lambda inputs, outputs, variance: inputs * variance).findings[0].cause
    'factor-half-missing'
    """
    return _check(function, FORWARD_FACTOR, seed)


def check_backward_factor(function, seed=7):
    """Check ``function(inputs, outputs, weight_variance)``: the factor of Var dl/df in one layer."""
    return _check(function, BACKWARD_FACTOR, seed)


def check_he_standard_deviations(function, seed=7):
    """Check ``function(widths)``, as `backprop.initialization.he_standard_deviations`."""
    return _check(function, HE_STANDARD_DEVIATIONS, seed)


def check_weight_variance_for(function, seed=7):
    """Check ``function(width, layers, ratio)``, as `backprop.initialization.weight_variance_for`."""
    return _check(function, WEIGHT_VARIANCE_FOR, seed)


def check_dead_units(function, seed=7):
    """Check ``function(f)``, as `backprop.initialization.dead_units`; 1 and 0 count as well."""
    return _check(function, DEAD_UNITS, seed)


def check_dead_from_gradients(function, seed=7):
    """Check ``function(dl_dweights, dl_dbiases, dl_dweights_above)``: which units are dead.

    To return a (D, 1) array, as in `check_dead_units`; from the gradients of a layer of D units,
    and of the weights of the layer above.
    """
    return _check(function, DEAD_FROM_GRADIENTS, seed)


def check_residual_backward_pass(function, seed=7):
    """Check ``function(all_weights, all_biases, all_f, all_h, y)``, of a residual network.

    As `backprop.residual.residual_backward_pass`.
    """
    return _check(function, RESIDUAL_BACKWARD_PASS, seed)


def check_sum_to_shape(function, seed=7):
    """Check ``function(gradient, shape)``, as `backprop.tape.sum_to_shape`."""
    return _check(function, SUM_TO_SHAPE, seed)


def check_vjp(function, operation, seed=7):
    """Check the vector-Jacobian product of an operation.

    ``operation`` is "sigmoid", with ``function(a, dl_dc)``; "multiply" (entry by entry) or
    "matmul", with ``function(a, b, dl_dc)`` that returns two arrays; or "log_sum_exp", down each
    column, with ``function(a, dl_dc)``.

    Examples
    --------
    >>> check_vjp(lambda a, b, dl_dc: (a * dl_dc, b * dl_dc), "multiply").findings[0].cause
    'multiply-exchanged'
    """
    if operation not in VJPS:
        raise ValueError(f"operation must be one of {', '.join(VJPS)}, got {operation!r}.")
    return _check(function, VJPS[operation], seed)


def check_backward_sweep(function, seed=7):
    """Check ``function(values, parents, vjp)``, which gives the gradient of the last value.

    ``parents[place]`` lists the places of what the value was made from, and
    ``vjp(place, upstream)`` gives what comes back to each of them. The result is a list with a
    gradient for each value.
    """
    return _check(function, BACKWARD_SWEEP, seed)


def check_dual_matmul(function, seed=7):
    """Check ``function(a, a_dot, b, b_dot)``: the value of a @ b, and its tangent."""
    return _check(function, DUAL_MATMUL, seed)


def check_hessian_times(function, seed=7):
    """Check ``function(gradient, x, direction)``: how ``gradient(x)`` changes in a direction."""
    return _check(function, HESSIAN_TIMES, seed)


def _check(function, subject, seed):
    return diagnose(function, subject, subject.trials(seed), explain)


def _with_examples(trials, examples):
    """All trials, or those with one example: with one column in the last array that is given."""
    if examples not in ("any", "one"):
        raise ValueError(f'examples must be "any" or "one", got {examples!r}.')
    return [t for t in trials if examples == "any" or t.arguments[-1].shape[1] == 1]
