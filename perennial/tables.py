"""The names of every table that one package writes and another reads."""

RAW_EVENTS = "raw.events"
RAW_REJECTED_EVENTS = "raw.rejected_events"
RAW_LOADS = "raw.loads"
RAW_DATA_ISSUES = "raw.data_issues"
RAW_TABLE_CURSORS = "raw.table_cursors"

MARTS_DAYS = "marts.days"
MARTS_CUSTOMERS = "marts.customers"
MARTS_ORDERS = "marts.orders"
MARTS_ORDER_LINES = "marts.order_lines"
MARTS_MESSAGES = "marts.messages"
MARTS_CUSTOMER_STAGES = "marts.customer_stages"
MARTS_STAGE_TRANSITIONS = "marts.stage_transitions"
MARTS_CUSTOMER_FEATURES = "marts.customer_features"
MARTS_DATA_ISSUES = "marts.data_issues"
MARTS_CADENCES = "marts.cadences"
MARTS_HORIZONS = "marts.horizons"

PREDICTIONS_SCORES = "predictions.scores"
PREDICTIONS_PROMOTIONS = "predictions.promotions"
PREDICTIONS_EVALUATIONS = "predictions.evaluations"
PREDICTIONS_HORIZONS = "predictions.horizons"

AUDIENCES_RUNS = "audiences.runs"
AUDIENCES_MEMBERS = "audiences.members"

IDENTITY_TIES = "identity.ties"

CONSENT_LEDGER = "consent.ledger"
CONSENT_SUPPRESSIONS = "consent.suppressions"
HOLDOUT_MEMBERS = "experiments.holdout_members"
HOLDOUT_SHARES = "experiments.holdout_shares"
HOLDOUT_DRAWS = "experiments.holdout_draws"
EXPERIMENTS_CALIBRATION = "experiments.calibration"
EXPERIMENTS_DRIFT = "experiments.drift"
EXPERIMENTS_LIFT = "experiments.lift"
EXPERIMENTS_UPLIFT = "experiments.uplift"
PREDICTIONS_UPLIFT = "predictions.uplift"

GATE_RUNS = "gate.runs"
GATE_ACCEPTANCES = "gate.acceptances"


def marts_label(model: str) -> str:
    """The label table of a model: one row per customer and snapshot day whose horizon has been observed."""
    return f"marts.label_{model}"
