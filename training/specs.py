"""The table of models: one entry says all that is particular to a model; every other file serves them all alike.

To add a model: give its stem a name in `perennial.stages.Model` and a horizon in `lifecycle.yml`, let dbt build
`marts.label_<model>`, and add an entry here.
"""

from dataclasses import dataclass

from perennial.lifecycle import load_lifecycle
from perennial.stages import Model, PredictionKind, Stage

__all__ = ["SPECS", "PredictionKind", "Spec", "UnknownModelError", "find_spec"]


PROBABILITY_CANDIDATES = ("logistic_rfm", "logistic", "logistic_shrunk", "boosted_trees", "blend")
VALUE_CANDIDATES = ("poisson_rfm", "poisson", "boosted_value", "buy_till_you_die")


@dataclass(frozen=True)
class Spec:
    """One model. `stage` None: for every customer who ever ordered. The first candidate is the baseline.

    `is_about_newcomers`: learns of customers whose first order was surely seen, where there are enough of them.
    """

    name: Model
    stage: Stage | None
    kind: PredictionKind
    meaning: str
    raises: str
    candidates: tuple[str, ...]
    is_about_newcomers: bool = False

    @property
    def feature_service(self) -> str:
        return f"{self.name}_v1"

    @property
    def baseline(self) -> str:
        return self.candidates[0]

    @property
    def horizon_days(self) -> int:
        return load_lifecycle().horizons_days[self.name]


SPECS: dict[Model, Spec] = {
    spec.name: spec
    for spec in (
        Spec(
            name=Model.ACTIVATION,
            stage=Stage.ONBOARDING,
            kind=PredictionKind.PROBABILITY,
            meaning="orders at least twice more within the horizon",
            raises="the chance to become active",
            candidates=PROBABILITY_CANDIDATES,
            is_about_newcomers=True,
        ),
        Spec(
            name=Model.PURCHASE_INTENT,
            stage=Stage.ENGAGEMENT,
            kind=PredictionKind.PROBABILITY,
            meaning="orders within the horizon",
            raises="the chance of an order",
            candidates=PROBABILITY_CANDIDATES,
        ),
        Spec(
            name=Model.CHURN_RISK,
            stage=Stage.RETENTION,
            kind=PredictionKind.PROBABILITY,
            meaning="does not order within the horizon",
            raises="the risk",
            candidates=PROBABILITY_CANDIDATES,
        ),
        Spec(
            name=Model.REACTIVATION,
            stage=Stage.WINBACK,
            kind=PredictionKind.PROBABILITY,
            meaning="orders again within the horizon",
            raises="the chance to come back",
            candidates=PROBABILITY_CANDIDATES,
        ),
        Spec(
            name=Model.CUSTOMER_VALUE,
            stage=None,
            kind=PredictionKind.VALUE,
            meaning="expected orders and spend within the horizon",
            raises="the expected spend",
            candidates=VALUE_CANDIDATES,
        ),
    )
}


class UnknownModelError(ValueError):
    """A model was named that does not exist."""


def find_spec(name: str) -> Spec:
    """The spec called `name`. Raises UnknownModelError listing those there are."""
    for model, spec in SPECS.items():
        if model == name.strip().lower():
            return spec
    raise UnknownModelError(f"'{name}' is no model; there are: {', '.join(SPECS)}")
