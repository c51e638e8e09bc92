"""The conditions between a customer and an exported audience, each with its answer in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from perennial.as_of import snapshot_at
from perennial.audiences.missing_models import why_no_model
from perennial.audiences.runs import NoRunError, Run, find_run
from perennial.consent import CONTACTABLE_SQL, PROFILING, newest_statement
from perennial.holdout import EXCLUDED_SQL
from perennial.lifecycle import load_lifecycle
from perennial.models import model_of
from perennial.stages import Stage
from perennial.tables import (
    AUDIENCES_MEMBERS,
    MARTS_CUSTOMER_STAGES,
    MARTS_CUSTOMERS,
    PREDICTIONS_SCORES,
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Condition:
    """One condition of being exported. `is_passed` is None where it decides nothing."""

    name: str
    is_passed: bool | None
    words: str


class CustomerDay:
    """One customer on one day, looked up inside the connection's transaction."""

    def __init__(self, connection: psycopg.Connection[Any], customer_id: str, as_of: date) -> None:
        self.connection = connection
        self.customer_id = customer_id
        self.as_of = as_of
        self.moment = snapshot_at(as_of)
        self.stage: Stage | None = None
        self.member: Row | None = None
        self.reasons: list[str] = []

    def conditions(self) -> Iterator[Condition]:
        """The conditions in their order, up to the first that leaves nothing more to ask."""
        known = self._known()
        yield known
        if not known.is_passed:
            return
        yield self._stage()
        if self.stage is None:
            return
        yield self._profiling()
        yield self._channel()
        yield self._score(model_of(self.stage))
        yield self._published(self.stage)
        yield self._holdout()

    def _known(self) -> Condition:
        seen = self._row(
            f"select first_seen_at, last_seen_on from {MARTS_CUSTOMERS} where customer_id = %(customer_id)s"
        )
        if seen is None:
            return Condition(
                "known", False, "No event of this id was loaded before that day's end. Ids are matched exactly."
            )
        return Condition(
            "known", True, f"Known since {_day_of(seen['first_seen_at'])}, last seen on {seen['last_seen_on']}."
        )

    def _stage(self) -> Condition:
        found = self._row(
            f"select * from {MARTS_CUSTOMER_STAGES} where customer_id = %(customer_id)s and snapshot_on = %(as_of)s"
        )
        if found is None:
            return Condition("stage", False, f"Not known yet at the end of {self.as_of}, so in no stage.")
        self.stage = Stage(found["stage"])
        orders, silent, usual = found["count_orders"], found["days_since_last_order"], found["usual_gap_days"]
        history = f"{orders:,} order{'s' if orders != 1 else ''}"
        history += f", the last {silent} day{'s' if silent != 1 else ''} before" if silent is not None else ""
        history += f", usually one every {usual:.3g} days" if usual is not None else ""
        if silent is not None:
            history += (
                f"; slipping after {found['slipping_after_days']:.3g} days of silence, "
                f"lapsed after {found['winback_after_days']:.3g}"
            )
        return Condition("stage", True, f"In {self.stage} since {found['entered_on']}: {history}.")

    def _profiling(self) -> Condition:
        return Condition("consent to profiling", self._granted(PROFILING), self._consent_words(PROFILING))

    def _channel(self) -> Condition:
        channels = list(load_lifecycle().channels)
        reached = self._row(
            f"select channels from ({CONTACTABLE_SQL}) as contactable where customer_id = %(customer_id)s",
            channels=channels,
        )
        if reached:
            return Condition("consented channel", True, f"May be contacted by {', '.join(reached['channels'])}.")
        refusals = "; ".join(f"{channel}: {self._channel_words(channel)}" for channel in channels)
        return Condition("consented channel", False, f"May be contacted by no channel. {refusals}")

    def _channel_words(self, channel: str) -> str:
        words = self._consent_words(channel)
        return f"{words} The address takes no messages: one bounced for good." if self._granted(channel) else words

    def _granted(self, purpose: str) -> bool:
        statement = "select from consent.granted(%(purpose)s, %(moment)s) where customer_id = %(customer_id)s"
        return self._row(statement, purpose=purpose) is not None

    def _consent_words(self, purpose: str) -> str:
        latest = newest_statement(self.connection, self.customer_id, purpose)
        return str(latest) if latest else "No record of consent, so none is assumed."

    def _score(self, model: str | None) -> Condition:
        if model is None:
            return Condition("score", None, f"No model scores {self.stage}; a rule orders its audience.")
        score = self._row(
            f"select probability, percentile, band, reasons, model_version from {PREDICTIONS_SCORES} "
            "where model = %(model)s and as_of = %(as_of)s and customer_id = %(customer_id)s",
            model=model,
        )
        if score is None:
            return Condition("score", None, self._unscored_words(model))
        self.reasons = [reason["text"] for reason in score["reasons"]]
        top = max(1, round(100 * (1 - score["percentile"])))
        return Condition(
            "score",
            True,
            f"{model} (version {score['model_version']}) says {score['probability']:.1%}: {score['band']}, "
            f"among the top {top} % of those scored.",
        )

    def _unscored_words(self, model: str) -> str:
        if why := why_no_model(self.connection, model, self.as_of):
            return f"No model is in use, so a rule orders the audience: {why}"
        return f"{model} gave no score for that day; members without one come last."

    def _published(self, stage: Stage) -> Condition:
        try:
            run = find_run(self.connection, stage, self.as_of)
        except NoRunError as error:
            return Condition("published", False, str(error))
        self.member = self._member(run)
        if self.member is None:
            return Condition("published", False, f"Not among the {run.row_count:,} members of run {run.run_id}.")
        self.reasons = self.reasons or [reason["text"] for reason in self.member["reasons"]]
        since = _day_of(self.member["entered_at"])
        rank = self.member["rank"]
        return Condition(
            "published", True, f"Rank {rank:,} of {run.row_count:,} in run {run.run_id}; in it since {since}."
        )

    def _member(self, run: Run) -> Row | None:
        return self._row(
            f"select rank, entered_at, is_holdout, reasons from {AUDIENCES_MEMBERS} "
            "where run_id = %(run_id)s and customer_id = %(customer_id)s",
            run_id=run.run_id,
        )

    def _holdout(self) -> Condition:
        held = self._row(f"select true as is_held from ({EXCLUDED_SQL}) as held where customer_id = %(customer_id)s")
        if held is None and not (self.member and self.member["is_holdout"]):
            return Condition("holdout", True, "Not in the control group.")
        return Condition(
            "holdout", False, "In the control group: never exported, so that what messages do can be measured."
        )

    def _row(self, statement: str, **parameters: Any) -> Row | None:
        values = {"customer_id": self.customer_id, "as_of": self.as_of, "moment": self.moment, **parameters}
        with self.connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement, values).fetchone()


def _day_of(moment: datetime) -> str:
    return moment.date().isoformat()
