"""Checks of a student's functions that say what is wrong, where, and why.

`check_backward_pass` is the heart. It runs the function on a few small networks and asks two
questions of what came back. *Which line is wrong?* The witnesses of `backprop.witnesses` tell, from
the numbers alone. *Why?* The result is compared with what each mistake of
`backprop.misconceptions` would give on the same networks, alone and two at a time. The student's
code is never read, and the answer is never printed.
"""

import functools
import itertools

import numpy as np

from backprop.misconceptions import CATALOGUE, wrong_backward_pass
from backprop.report import EQUATION_NAMES, Finding, Report
from backprop.trials import trials, try_out
from backprop.witnesses import TOLERANCE, agree, judge_lines

LINE_OF_EQUATION = {
    "start": "start",
    "7.21": "biases",
    "7.22": "weights",
    "7.24 product": "product",
    "7.24 mask": "mask",
}


def check_backward_pass(function, examples="any"):
    """Check a backward pass, called as `backprop.backward_pass` is.

    Parameters
    ----------
    function : callable
        ``function(all_weights, all_biases, all_f, all_h, y)``, to return the weight gradients
        and the bias gradients, two lists of arrays.
    examples : {"any", "one"}
        "one" asks nothing of batches: for a function that is meant for a single example.

    Returns
    -------
    Report

    Examples
    --------
    >>> from backprop import backward_pass
    >>> check_backward_pass(backward_pass)
    backward_pass: right.
    """
    if examples not in ("any", "one"):
        raise ValueError(f'examples must be "any" or "one", got {examples!r}.')
    networks = [t for t in trials() if examples == "any" or t.examples == 1]
    outcomes = [try_out(function, trial) for trial in networks]
    name = getattr(function, "__name__", "your function")
    right = [_is_right(trial, outcome) for trial, outcome in zip(networks, outcomes)]
    if all(right):
        findings = _findings_beside_the_numbers(function, networks[0], outcomes)
    else:
        findings = (
            _findings_from_catalogue(networks, outcomes)
            or _findings_from_form(networks, outcomes, right)
            or _findings_from_witnesses(networks, outcomes)
        )
    return Report(name, findings)


def _is_right(trial, outcome):
    if outcome.gradients is None:
        return False
    return all(
        agree(found, expected)
        for found, expected in zip(_flat(outcome.gradients), _flat(trial.expected))
    )


def _flat(gradients):
    return [*gradients[0], *gradients[1]]


# ---- what the numbers do not show ----------------------------------------------------------


def _findings_beside_the_numbers(function, trial, outcomes):
    """A right result can still come from a function that does harm."""
    findings = []
    if any(outcome.changed_arguments for outcome in outcomes):
        findings.append(Finding(
            "backward_pass", (), "changes-its-arguments",
            "The gradients are right, but the function changes the arrays that it was given. "
            "What will happen to a caller who still needs them? Work on copies.",
        ))
    if not _is_right(trial, try_out(function, trial)):
        findings.append(Finding(
            "backward_pass", (), "keeps-state",
            "Called a second time with the same arguments, the function returns something else. "
            "Does it keep anything from one call to the next, in a global or a default argument?",
        ))
    return findings


# ---- why: the catalogue --------------------------------------------------------------------


@functools.lru_cache(maxsize=None)
def _outcome_of(lines, trial_number):
    """What the pass with these wrong lines, pairs of name and code, does on a network."""
    return try_out(wrong_backward_pass(dict(lines)), trials()[trial_number])


def _outcomes_of(lines, networks):
    """The same for each network, one after the other as they are asked for."""
    lines = tuple(sorted(lines.items()))
    for number, trial in enumerate(trials()):
        if trial in networks:
            yield _outcome_of(lines, number)


def _gives(lines, networks, outcomes):
    """Whether the pass with these wrong lines gives what the student's gave, on every network.

    Two passes that raise are alike, whatever their words, if elsewhere there are numbers that
    show it; if there are none, the words must be the same.
    """
    seen = False
    words_differ = False
    for trial, one, other in zip(networks, _outcomes_of(lines, networks), outcomes):
        if not _alike(one, other):
            return False
        seen |= other.lists is not None and trial.depth > 0
        words_differ |= one.problem != other.problem
    return seen or not words_differ


def _alike(one, other):
    if one.raised != other.raised or (one.lists is None) != (other.lists is None):
        return False
    if one.lists is None:
        return True
    return all(
        len(a) == len(b) and all(x is y is None or agree(x, y) for x, y in zip(a, b))
        for a, b in zip(one.lists, other.lists)
    )


def _findings_from_catalogue(networks, outcomes):
    """One mistake of the catalogue that explains everything, or else two; none if neither does."""
    for entry in CATALOGUE:
        for lines in entry.variants:
            if _gives(lines, networks, outcomes):
                return _explained([(entry, lines)], networks, outcomes)
    for (first, one), (second, other) in _pairs(networks, outcomes):
        if _gives(one | other, networks, outcomes):
            return _explained([(first, one), (second, other)], networks, outcomes)
    return []


def _pairs(networks, outcomes):
    """Pairs of mistakes worth trying: in two different lines of those that may be wrong."""
    lines = {LINE_OF_EQUATION[equation] for equation in _broken_equations(networks, outcomes)}
    if lines & {"product", "mask"}:  # the witnesses can take one for the other
        lines |= {"product", "mask"}
    suspects = [
        (entry, variant)
        for entry in CATALOGUE
        for variant in entry.variants
        if variant.keys() <= lines or (entry in _only_in_batches() and len(networks) > 1)
    ]
    return (
        (first, second)
        for first, second in itertools.combinations(suspects, 2)
        if not first[1].keys() & second[1].keys()
    )


@functools.lru_cache(maxsize=None)
def _only_in_batches():
    """The entries that one example cannot show, so that the witnesses do not name their line."""
    one_example = [trial for trial in trials() if trial.examples == 1]
    return {
        entry
        for entry in CATALOGUE
        if all(map(_is_right, one_example, _outcomes_of(entry.variants[0], one_example)))
    }


def _explained(causes, networks, outcomes):
    findings = []
    for entry, lines in causes:
        number, layers, pictures = _where(lines, networks)
        trial, outcome = networks[number], outcomes[number]
        message = f"{_sentence(entry.equation, layers, trial, outcome)} {entry.hint}"
        findings.append(Finding(entry.equation, layers, entry.slug, message, pictures))
    return sorted(findings, key=lambda finding: _ORDER.index(finding.equation))


_ORDER = ("backward_pass", "7.21", "7.22", "7.24 product", "7.24 mask")


def _where(lines, networks):
    """The first network on which these wrong lines alone show, and where they show there."""
    for number, (trial, alone) in enumerate(zip(networks, _outcomes_of(lines, networks))):
        if not _is_right(trial, alone):
            return number, *_off(trial, alone)
    raise AssertionError("an entry of the catalogue that is right everywhere")


def _off(trial, outcome):
    """Which layers' gradients are off, and a picture of the entries for at most two arrays."""
    if outcome.gradients is None:
        return (), []
    layers, pictures = set(), []
    for kind, found_arrays, expected_arrays in zip(
        ("weights", "biases"), outcome.gradients, trial.expected
    ):
        for layer in reversed(range(len(expected_arrays))):
            found, expected = found_arrays[layer], expected_arrays[layer]
            if agree(found, expected):
                continue
            layers.add(layer)
            if found is not None and found.shape == expected.shape and len(pictures) < 2:
                scale = TOLERANCE * max(np.abs(expected).max(), 1e-3)
                off = ~(np.abs(found - expected) <= scale)
                pictures.append((f"{kind} gradient of layer {layer}", off))
    return tuple(sorted(layers)), pictures


# ---- how much of it works ------------------------------------------------------------------


def _findings_from_form(networks, outcomes, right):
    """Results that cannot be read, and functions that are right for some kinds of network only."""
    working = {trial.name for trial, is_right in zip(networks, right) if is_right}
    broken = [
        (trial, outcome) for trial, outcome, is_right in zip(networks, outcomes, right)
        if not is_right
    ]
    for cause, message, kind in _ONLY_FOR:
        if working and working == {trial.name for trial in networks if kind(trial)}:
            problem = broken[0][1].problem
            told = f" For another ({broken[0][0].name}), {problem}." if problem else ""
            return [Finding("backward_pass", (), cause, message + told)]
    if all(outcome.gradients is None for outcome in outcomes):
        message = f"Your function gave no gradients: {outcomes[0].problem}."
        return [Finding("backward_pass", (), None, message)]
    return []


_REFERENCE = "reference network"
_ONLY_FOR = (
    ("global-network",
     "Your function is right for the reference network and for no other. Does it use a global "
     "name, such as the parameters or K of the notebook, in place of its arguments?",
     lambda trial: trial.name == _REFERENCE),
    ("fixed-depth",
     "Your function is right for networks with five hidden layers and for no others. Where does "
     "it get K from?",
     lambda trial: trial.depth == 5),
    ("one-input-one-output",
     "Your function is right for networks with one input and one output and for no others. Which "
     "line would a second output change?",
     lambda trial: trial.widths[0] == 1 and trial.widths[-1] == 1),
    ("one-example",
     "Your function is right for one example and not for a batch. Which shapes have a column for "
     "each example?",
     lambda trial: trial.examples == 1),
    ("equal-widths",
     "Your function is right for networks whose layers all have the same width and for no others. "
     "Which of your products needs that?",
     lambda trial: len(set(trial.widths)) == 1),
    ("equal-hidden-widths",
     "Your function is right only where all hidden layers have the same width. Which of your "
     "lines needs that?",
     lambda trial: len(set(trial.widths[1:-1])) <= 1),
)


# ---- which line: the witnesses -------------------------------------------------------------


def _broken_equations(networks, outcomes):
    """{equation: layers} that the witnesses name, the layers on the first network that shows it.

    Each network is asked for what it shows best. Where all units are active no mask can be seen,
    so a wrong way back is the product's. Where the matrices are identities most wrong products
    are right, so it is the mask's. Other networks show that the way back is wrong, but may take
    one for the other.
    """
    evidence = {
        trial.name: judge_lines(trial, outcome.gradients)
        for trial, outcome in zip(networks, outcomes)
        if trial.examples == 1 and outcome.gradients is not None
    }
    shown = {name: {one.equation for one in found} for name, found in evidence.items()}
    everywhere = set().union(*shown.values())
    broken = everywhere - {"7.24 product", "7.24 mask"}
    active, identity = shown.get("all units active", set()), shown.get("identity matrices", set())
    if "7.24 product" in active:
        broken.add("7.24 product")
    if "7.24 mask" in active | identity:
        broken.add("7.24 mask")
    if everywhere & {"7.24 product", "7.24 mask"} and not broken & {"7.24 product", "7.24 mask"}:
        broken.add("7.24 mask" if "all units active" in evidence else "7.24 product")
    return {equation: _layers_of(equation, evidence.values()) for equation in broken}


def _layers_of(equation, evidence):
    for part in (equation, equation.split()[0]):
        for found in evidence:
            layers = {one.layer for one in found if one.equation.startswith(part)}
            if layers:
                return tuple(sorted(layers))
    return ()


def _findings_from_witnesses(networks, outcomes):
    broken = _broken_equations(networks, outcomes)
    if not broken:
        return _findings_from_batches(networks, outcomes)
    trial, outcome = next(
        (trial, outcome) for trial, outcome in zip(networks, outcomes)
        if outcome.gradients is not None and not _is_right(trial, outcome)
    )
    _, pictures = _off(trial, outcome)
    findings = []
    for equation in LINE_OF_EQUATION:
        if equation in broken:
            layers = broken[equation]
            name = "backward_pass" if equation == "start" else equation
            message = f"{_sentence(name, layers, trial, outcome)} {_QUESTIONS[equation]}"
            findings.append(Finding(name, layers, None, message, pictures))
            pictures = []
    return findings


def _findings_from_batches(networks, outcomes):
    """Every network with one example is right, so it is the batch."""
    for trial, outcome in zip(networks, outcomes):
        if outcome.gradients is None:
            message = f"With several examples your function gave no gradients: {outcome.problem}."
            return [Finding("backward_pass", (), None, message)]
        wrong = {
            equation
            for equation, found, expected in zip(("7.22", "7.21"), outcome.gradients, trial.expected)
            if not all(map(agree, found, expected))
        }
        if wrong:
            layers, pictures = _off(trial, outcome)
            equations = sorted(wrong) if len(wrong) == 1 else ["backward_pass"]
            question = (
                "It is right for one example. Which quantities have a column for each example, "
                "and which are shared by all of them?"
            )
            return [
                Finding(equation, layers, None,
                        f"{_sentence(equation, layers, trial, outcome)} {question}", pictures)
                for equation in equations
            ]
    raise AssertionError("nothing is wrong")


_QUESTIONS = {
    "start": "What does dl/df_K ask, and which loss is it of?",
    "7.21": "By how much does f_k move when one of its biases moves?",
    "7.22": "By how much does f_k move when one of its weights moves, and which shape must the "
            "result have?",
    "7.24 product": "Which units did unit j of h_k feed, with which weights, and what is done with "
                    "what they all say?",
    "7.24 mask": "Which pre-activations went into the ReLU in front of this layer, and what is its "
                 "slope there?",
}


def _sentence(equation, layers, trial, outcome):
    """Where it is and what was found there, shapes included, without a right number."""
    where = {0: "", 1: "Layer {}, "}.get(len(layers), "Layers {}, ").format(
        ", ".join(map(str, layers))
    )
    what = EQUATION_NAMES.get(equation, "the pass as a whole")
    sentence = f"{where}{what}: " if where else f"{what[0].upper()}{what[1:]}: "
    if outcome.gradients is None:
        return f"{sentence}{outcome.problem} (network: {trial.name})."
    for kind, found_arrays, expected_arrays in zip(
        ("weights", "biases"), outcome.gradients, trial.expected
    ):
        for layer in reversed(range(len(expected_arrays))):
            found, expected = found_arrays[layer], expected_arrays[layer]
            if found is None:
                return f"{sentence}there is no {kind} gradient for layer {layer}."
            if found.shape != expected.shape:
                return (
                    f"{sentence}the {kind} gradient of layer {layer} has shape {found.shape}, it "
                    f"must have the shape of the {kind}, {expected.shape}."
                )
    return f"{sentence}numbers are off (network: {trial.name})."
