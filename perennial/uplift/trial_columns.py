"""Which column of a trial has which role."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TrialColumns:
    """The column of each role, and the two values of `treatment` that are compared: `treated` and `control`.

    Without `features`, every other column that can be one is a feature.
    """

    treatment: str
    treated: str
    control: str
    outcome: str
    features: tuple[str, ...] | None = None
    propensity: str | None = None
    unit: str | None = None
    risk: str | None = None

    @property
    def roles(self) -> dict[str, str]:
        """Each role that was given, but for features, with its column."""
        columns = {
            "treatment": self.treatment,
            "outcome": self.outcome,
            "propensity": self.propensity,
            "unit": self.unit,
            "risk score": self.risk,
        }
        return {role: column for role, column in columns.items() if column is not None}


def as_text(value: object) -> str:
    """A value as text; 1.0 is "1", as it was before a missing value made its column one of floats."""
    return f"{value:g}" if isinstance(value, float) else str(value)
