"""Was treatment really assigned at random, or with the chances given? Otherwise uplift is only who was chosen."""

import numpy as np

from perennial.uplift.arrays import Bools, Floats, Ints
from perennial.uplift.errors import UpliftInputError
from perennial.uplift.folds import FOLDS
from perennial.uplift.results import Balance

# A refusal stops everything: one of ten thousand trials that were in order may get it.
REFUSED = 0.0001
DOUBTED = 0.01


def check_balance(design: Floats, treated: Bools, chance: Floats, fold: Ints, *, is_chance_given: bool) -> Balance:
    """A classifier is fitted on the folds before each fold and told to foretell treatment in it.

    What it says must not go together with treatment beyond the given chances: the one-sided test of that covariance, on
    rows not fitted on (a classifier two-sample test, Lopez-Paz & Oquab 2017). No fold is judged by what has seen a
    later one: were two folds each judged by the other, every pair of their rows would count twice, and of trials that
    were in order six in a thousand would be called in place of one. Raises UpliftInputError when it does go together.
    """
    from scipy.stats import norm
    from sklearn.metrics import roc_auc_score

    said = foretold_treatment(design, treated, fold)
    covered = (treated - chance) * (said - chance)
    judged = [_standing(covered[fold == number]) for number in range(1, FOLDS)]
    p_value = float(norm.sf(sum(judged) / np.sqrt(len(judged))))
    auc = float(roc_auc_score(treated[fold > 0], said[fold > 0]))
    if p_value < REFUSED:
        raise UpliftInputError(_refusal(auc, p_value, is_chance_given=is_chance_given))
    return Balance(auc, p_value, _sentence(auc, p_value, is_chance_given=is_chance_given))


def foretold_treatment(design: Floats, treated: Bools, fold: Ints) -> Floats:
    """Each row's treatment by what was fitted on the folds before its own; nan in the first."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    said = np.full(len(treated), np.nan)
    for number in range(1, FOLDS):
        rows, before = fold == number, fold < number
        model = HistGradientBoostingClassifier(
            max_iter=30, learning_rate=0.1, max_leaf_nodes=8, min_samples_leaf=30, early_stopping=False, random_state=0
        )
        said[rows] = model.fit(design[before], treated[before]).predict_proba(design[rows])[:, 1]
    return said


def _standing(covered: Floats) -> float:
    """The mean in its standard errors; 0 where nothing varies."""
    spread = float(covered.std())
    return float(covered.mean() / spread * np.sqrt(len(covered))) if spread > 0 else 0.0


def _refusal(auc: float, p_value: float, *, is_chance_given: bool) -> str:
    if is_chance_given:
        return (
            f"Who was treated can be told from the features beyond the propensities given (p = {p_value:.1g}): they "
            "are not the probabilities of treatment. Correct them; uplift computed with these would be wrong"
        )
    return (
        f"Who was treated can be told from the features (AUC {auc:.3f}, p = {p_value:.1g}): treatment was not assigned "
        "at random, or a feature was measured after it. Leave such features out; or, if customers were treated with "
        "different but known probabilities, give them as the propensity (--propensity). Without either, uplift would "
        "only tell who had been chosen"
    )


def _sentence(auc: float, p_value: float, *, is_chance_given: bool) -> str:
    beyond = " beyond the propensities given" if is_chance_given else ""
    if p_value < DOUBTED:
        return (
            f"WARNING: who was treated may be told from the features{beyond} (AUC {auc:.3f}, p = {p_value:.2g}). "
            "Was the assignment random, and every feature known before it?"
        )
    return (
        f"Who was treated cannot be told from the features{beyond} (AUC {auc:.3f}, p = {p_value:.2g}), as it should be"
    )
