"""Was treatment really assigned at random, or with the given propensities? Otherwise uplift is confounded."""

import numpy as np

from perennial.statistics import Bools, Floats, Ints
from perennial.tabular import InputError
from perennial.uplift.folds import FOLDS
from perennial.uplift.results import Balance

# Significance levels. A refusal stops everything: one of ten thousand properly randomised trials may get it.
REFUSED_AT = 0.0001
WARNED_AT = 0.01


def check_balance(
    design: Floats, treated: Bools, propensity: Floats, fold: Ints, *, is_propensity_given: bool
) -> Balance:
    """The classifier two-sample test (Lopez-Paz & Oquab 2017): treatment must not be predictable from the features.

    `design` (rows, columns), all else (rows,). A classifier fitted on the folds before each fold predicts treatment in
    it; the one-sided test is of the covariance of its predictions and treatment, beyond the given propensities. No fold
    is predicted by a model that has seen a later one: were two folds each predicted from the other, every pair of their
    rows would count twice, and of properly randomised trials six in a thousand would be warned of instead of one.
    Raises InputError when treatment is predictable.
    """
    from scipy.stats import norm
    from sklearn.metrics import roc_auc_score

    predicted = predict_treatment(design, treated, fold)
    products = (treated - propensity) * (predicted - propensity)
    statistics = [_t_statistic(products[fold == number]) for number in range(1, FOLDS)]
    p_value = float(norm.sf(sum(statistics) / np.sqrt(len(statistics))))  # Stouffer's method
    auc = float(roc_auc_score(treated[fold > 0], predicted[fold > 0]))
    if p_value < REFUSED_AT:
        raise InputError(_refusal(auc, p_value, is_propensity_given=is_propensity_given))
    return Balance(auc, p_value, _sentence(auc, p_value, is_propensity_given=is_propensity_given))


def predict_treatment(design: Floats, treated: Bools, fold: Ints) -> Floats:
    """Each row's probability of treatment (rows,) by a model fitted on the folds before its own; nan in the first."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    predicted = np.full(len(treated), np.nan)
    for number in range(1, FOLDS):
        rows, before = fold == number, fold < number
        model = HistGradientBoostingClassifier(
            max_iter=30, learning_rate=0.1, max_leaf_nodes=8, min_samples_leaf=30, early_stopping=False, random_state=0
        )
        predicted[rows] = model.fit(design[before], treated[before]).predict_proba(design[rows])[:, 1]
    return predicted


def _t_statistic(values: Floats) -> float:
    """The mean over its standard error; 0 where nothing varies."""
    deviation = float(values.std())
    return float(values.mean() / deviation * np.sqrt(len(values))) if deviation > 0 else 0.0


def _refusal(auc: float, p_value: float, *, is_propensity_given: bool) -> str:
    if is_propensity_given:
        return (
            f"Treatment can be predicted from the features beyond the propensities given (p = {p_value:.1g}): they "
            "are not the probabilities of treatment. Correct them; uplift computed with these would be wrong"
        )
    return (
        f"Treatment can be predicted from the features (AUC {auc:.3f}, p = {p_value:.1g}): it was not assigned at "
        "random, or a feature was measured after it. Leave such features out; or, if customers were treated with "
        "different but known probabilities, give them as the propensity (--propensity). Without either, uplift would "
        "only show who had been chosen"
    )


def _sentence(auc: float, p_value: float, *, is_propensity_given: bool) -> str:
    beyond = " beyond the propensities given" if is_propensity_given else ""
    if p_value < WARNED_AT:
        return (
            f"WARNING: treatment may be predictable from the features{beyond} (AUC {auc:.3f}, p = {p_value:.2g}). "
            "Was the assignment random, and every feature known before it?"
        )
    return (
        f"Treatment cannot be predicted from the features{beyond} (AUC {auc:.3f}, p = {p_value:.2g}), as it should be"
    )
