"""The table of models: one entry says how a model is trained.

To add a model, write its label (`dbt_project/models/marts/label_<model>.sql`, and a `.yml` with its stage and horizon)
and add an entry here.
"""

from dataclasses import dataclass, field, replace

from perennial.horizons import horizon_days
from perennial.models import LabelContract, load_models
from perennial.stages import PredictionKind, Stage

__all__ = ["SPECS", "PredictionKind", "Spec", "UnknownModelError", "find_spec"]


PROBABILITY_CANDIDATES = ("logistic_rfm", "logistic", "logistic_shrunk", "boosted_trees", "blend")
VALUE_CANDIDATES = ("poisson_rfm", "poisson", "boosted_value", "buy_till_you_die")


@dataclass(frozen=True)
class Spec:
    """One model. The first candidate is the baseline.

    `meaning`: the label in words. `raises`: what a reason with a positive effect raises. `is_about_newcomers`: trained
    on customers whose first order is in the history, where there are enough of them. `days_in_force`: of a spec that is
    being trained or scored (`in_force`); None: as the label's contract says.
    """

    name: str
    meaning: str
    raises: str
    candidates: tuple[str, ...]
    is_about_newcomers: bool = False
    days_in_force: int | None = field(default=None, repr=False, compare=False)

    @property
    def label(self) -> LabelContract:
        """What the label's contract declares. Raises UnknownModelError when there is no such label."""
        label = load_models().get(self.name)
        if label is None:
            raise UnknownModelError(
                f"{self.name} has no label: write dbt_project/models/marts/label_{self.name}.sql and its .yml."
            )
        return label

    @property
    def stage(self) -> Stage | None:
        """The lifecycle stage that it scores; None: everyone who has ordered."""
        return self.label.stage

    @property
    def kind(self) -> PredictionKind:
        return self.label.kind

    @property
    def feature_service(self) -> str:
        return f"{self.name}_v1"

    @property
    def baseline(self) -> str:
        return self.candidates[0]

    @property
    def horizon_days(self) -> int:
        return self.days_in_force or self.label.horizon_days

    def in_force(self) -> "Spec":
        """The spec with the horizon of the labels that the warehouse holds."""
        return replace(self, days_in_force=horizon_days(self.name))


class UnknownModelError(ValueError):
    """A model was named that does not exist."""


SPECS: dict[str, Spec] = {
    spec.name: spec
    for spec in (
        Spec(
            name="activation",
            meaning="orders at least twice more within the horizon",
            raises="the chance to become active",
            candidates=PROBABILITY_CANDIDATES,
            is_about_newcomers=True,
        ),
        Spec(
            name="purchase_intent",
            meaning="orders within the horizon",
            raises="the chance of an order",
            candidates=PROBABILITY_CANDIDATES,
        ),
        Spec(
            name="churn_risk",
            meaning="does not order within the horizon",
            raises="the risk",
            candidates=PROBABILITY_CANDIDATES,
        ),
        Spec(
            name="reactivation",
            meaning="orders again within the horizon",
            raises="the chance to come back",
            candidates=PROBABILITY_CANDIDATES,
        ),
        Spec(
            name="customer_value",
            meaning="expected orders and spend within the horizon",
            raises="the expected spend",
            candidates=VALUE_CANDIDATES,
        ),
    )
}


def find_spec(name: str) -> Spec:
    """The spec called `name`. Raises UnknownModelError listing those there are."""
    spec = SPECS.get(name.strip().lower())
    if spec is None:
        raise UnknownModelError(f"'{name}' is no model; there are: {', '.join(SPECS)}")
    return spec
