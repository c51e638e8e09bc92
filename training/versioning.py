"""From a dataset to a registered version: train, evaluate, summarise, package. What was registered before is found."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from perennial.lifecycle import load_lifecycle
from training.calibration.calibrated_fit import (
    UNCALIBRATED,
    CalibratedModel,
    TrainedModel,
    fit_and_calibrate,
    recalibrate_model,
)
from training.data.dataset import Dataset, NotEnoughDataError, load_histories
from training.data.digest import recalibrated_digest
from training.estimators.candidates import CANDIDATES
from training.estimators.fitting import fit_candidate
from training.evaluation.held_out import evaluate_held_out
from training.evaluation.summary import summarise_training, summarise_unevaluated
from training.registry.attempts import NO_VERSION, Attempt
from training.registry.logging_run import register
from training.registry.packaging import ModelPackage, package_model
from training.registry.run_artifacts import read_summary
from training.registry.versions import find_trained, load_version
from training.selection import choose
from training.specs import Spec


@dataclass(frozen=True)
class VersionedModel:
    """A training's outcome: its attempt, which names the version, and the dataset it can be compared on.

    `dataset` None: there were no labels to evaluate it on. `is_new`: it was registered now, not found.
    """

    spec: Spec
    attempt: Attempt
    dataset: Dataset | None
    is_new: bool


def train_version(dataset: Dataset) -> VersionedModel:
    """The version of the best candidate on this dataset, trained and evaluated now, or found by its digest."""
    return _find_or_register(dataset, dataset.digest, lambda: _package_evaluated(_train(dataset)))


def recalibrate_version(dataset: Dataset, version: str) -> VersionedModel:
    """`version` with its calibrator fitted again on the calibration period of this dataset.

    Raises NotEnoughDataError when it reads features that the dataset no longer has.
    """
    digest = recalibrated_digest(version, dataset.digest)
    return _find_or_register(dataset, digest, lambda: _package_evaluated(_recalibrate(dataset, version, digest)))


def train_unevaluated_version(spec: Spec, as_of: date, shortage: str) -> VersionedModel:
    """The version of the candidate that needs no labels, fitted on the histories known at the end of `as_of`.

    Raises NotEnoughDataError with `shortage` when the spec has no such candidate, or too few customers ordered twice.
    """
    name = next((name for name in spec.candidates if CANDIDATES[name].is_label_free), None)
    if name is None:
        raise NotEnoughDataError(shortage)
    histories = load_histories(spec, as_of)
    if not len(histories.rows):
        raise NotEnoughDataError(shortage)
    returned = int((histories.rows.features["count_orders"] > 1).sum())
    least = load_lifecycle().training.min_positives
    if returned < least:
        raise NotEnoughDataError(
            f"{shortage} Nor can {name} be fitted: {returned} customers ordered twice, and {least} are needed."
        )

    def package() -> ModelPackage:
        model = CalibratedModel(name, UNCALIBRATED, fit_candidate(histories.spec, name, histories.rows))
        trained = TrainedModel(histories, histories.digest, model)
        return package_model(trained, summarise_unevaluated(trained, shortage))

    return _find_or_register(histories, histories.digest, package, is_evaluated=False)


def no_version(spec: Spec, as_of: date, shortage: str) -> VersionedModel:
    """The attempt of a training that gave no model, because of `shortage`."""
    return VersionedModel(spec, Attempt(spec.name, NO_VERSION, as_of, "no_model", shortage, None), None, is_new=False)


def _find_or_register(
    dataset: Dataset, digest: str, package: Callable[[], ModelPackage], *, is_evaluated: bool = True
) -> VersionedModel:
    spec = dataset.spec
    known = find_trained(spec.name, digest)
    version = str(known.version) if known else register(package())
    summary = read_summary(spec.name, version)
    attempt = Attempt(spec.name, version, dataset.as_of, "trained", summary.message, summary)
    return VersionedModel(spec, attempt, dataset if is_evaluated else None, is_new=known is None)


def _package_evaluated(trained: TrainedModel) -> ModelPackage:
    return package_model(trained, summarise_training(trained, evaluate_held_out(trained)))


def _train(dataset: Dataset) -> TrainedModel:
    choice = choose(dataset)
    return TrainedModel(dataset, dataset.digest, fit_and_calibrate(dataset, choice.candidate), choice.validation_losses)


def _recalibrate(dataset: Dataset, version: str, digest: str) -> TrainedModel:
    spec = dataset.spec
    loaded = load_version(spec.name, version)
    missing = [name for name in loaded.columns if name not in dataset.rows.features]
    if missing:
        raise NotEnoughDataError(
            f"Version {version} reads {', '.join(missing)}, which the marts no longer have: train again."
        )
    candidate = read_summary(spec.name, version).candidate
    return TrainedModel(dataset, digest, recalibrate_model(dataset, candidate, loaded.estimator))
