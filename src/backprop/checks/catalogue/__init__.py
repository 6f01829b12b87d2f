"""What each exercise asks for, and the mistakes that are made in it: one module, one exercise."""

from backprop.checks.catalogue.automatic_differentiation import (
    BACKWARD_SWEEP,
    DUAL_MATMUL,
    HESSIAN_TIMES,
    SUM_TO_SHAPE,
    VJPS,
)
from backprop.checks.catalogue.backward_pass import BACKWARD_PASS
from backprop.checks.catalogue.bias_gradients import BIAS_GRADIENTS
from backprop.checks.catalogue.chain_rule import (
    BACK_THROUGH_JACOBIAN,
    LOCAL_DERIVATIVES,
    SKIP_CONNECTION_GRADIENT,
    TOY_BACKWARD_PASS,
    TOY_FORWARD_PASS,
    TOY_PARAMETER_GRADIENTS,
)
from backprop.checks.catalogue.checking_gradients import (
    DIRECTIONAL_ERROR,
    FINITE_DIFFERENCES,
    WORST_RELATIVE_ERROR,
)
from backprop.checks.catalogue.cost_of_a_gradient import (
    BACKWARD_ADDITIONS,
    BACKWARD_MULTIPLICATIONS,
    BACKWARD_PASS_FROM_CHECKPOINTS,
    FORWARD_OPERATIONS,
    FORWARD_PASSES,
    KEEP_CHECKPOINTS,
    KEPT_NUMBERS,
)
from backprop.checks.catalogue.derivations import DERIVATION_STEPS
from backprop.checks.catalogue.depth import (
    BACKWARD_FACTOR,
    DEAD_FROM_GRADIENTS,
    DEAD_UNITS,
    FORWARD_FACTOR,
    HE_STANDARD_DEVIATIONS,
    RESIDUAL_BACKWARD_PASS,
    WEIGHT_VARIANCE_FOR,
)
from backprop.checks.catalogue.forward_pass import COMPUTE_NETWORK_OUTPUT, RELU
from backprop.checks.catalogue.indicator_function import INDICATOR_FUNCTION
from backprop.checks.catalogue.loss import D_LOSS_D_OUTPUT, LEAST_SQUARES_LOSS
from backprop.checks.catalogue.network import INITIALIZE_PARAMETERS
from backprop.checks.catalogue.training import (
    COMPARE_LEARNING_RATES,
    CROSS_ENTROPY_LOSS,
    D_CROSS_ENTROPY_D_OUTPUT,
    GRADIENT_STEP,
    SOFTMAX,
    TRAIN,
)
from backprop.checks.catalogue.weight_gradients import WEIGHT_GRADIENTS

# In the order of the lesson.
SUBJECTS = (
    INITIALIZE_PARAMETERS,
    RELU,
    COMPUTE_NETWORK_OUTPUT,
    LEAST_SQUARES_LOSS,
    D_LOSS_D_OUTPUT,
    TOY_FORWARD_PASS,
    *LOCAL_DERIVATIVES.values(),
    TOY_BACKWARD_PASS,
    TOY_PARAMETER_GRADIENTS,
    BACK_THROUGH_JACOBIAN,
    SKIP_CONNECTION_GRADIENT,
    *DERIVATION_STEPS.values(),
    INDICATOR_FUNCTION,
    BIAS_GRADIENTS,
    WEIGHT_GRADIENTS,
    BACKWARD_PASS,
    *FINITE_DIFFERENCES.values(),
    WORST_RELATIVE_ERROR,
    DIRECTIONAL_ERROR,
    GRADIENT_STEP,
    TRAIN,
    COMPARE_LEARNING_RATES,
    SOFTMAX,
    CROSS_ENTROPY_LOSS,
    D_CROSS_ENTROPY_D_OUTPUT,
    FORWARD_OPERATIONS,
    BACKWARD_MULTIPLICATIONS,
    BACKWARD_ADDITIONS,
    FORWARD_PASSES,
    KEPT_NUMBERS,
    KEEP_CHECKPOINTS,
    BACKWARD_PASS_FROM_CHECKPOINTS,
    FORWARD_FACTOR,
    BACKWARD_FACTOR,
    HE_STANDARD_DEVIATIONS,
    WEIGHT_VARIANCE_FOR,
    DEAD_UNITS,
    DEAD_FROM_GRADIENTS,
    RESIDUAL_BACKWARD_PASS,
    SUM_TO_SHAPE,
    *VJPS.values(),
    BACKWARD_SWEEP,
    DUAL_MATMUL,
    HESSIAN_TIMES,
)

# Those whose f_k, h_k, beta_k and omega_k are single numbers.
OF_SCALARS = (
    TOY_FORWARD_PASS,
    *LOCAL_DERIVATIVES.values(),
    TOY_BACKWARD_PASS,
    TOY_PARAMETER_GRADIENTS,
    SKIP_CONNECTION_GRADIENT,
)
