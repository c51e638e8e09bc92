"""Which column plays which part."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """Which column plays which part. No `features`: every other column that can be one."""

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
        parts = {
            "treatment": self.treatment,
            "outcome": self.outcome,
            "propensity": self.propensity,
            "unit": self.unit,
            "risk score": self.risk,
        }
        return {part: column for part, column in parts.items() if column is not None}


def name_of(value: object) -> str:
    """A value as text; 1.0 is "1", as it was before a missing value made its column one of decimals."""
    return f"{value:g}" if isinstance(value, float) else str(value)
