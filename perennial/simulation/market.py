"""A simulated market with a known ground truth."""

from datetime import date
from functools import cached_property

import numpy as np

from perennial.simulation.actions import Action, Decisions
from perennial.simulation.arrays import Bools, Floats, Ints
from perennial.simulation.consents import first_consents
from perennial.simulation.daily_step import Environment, own_demand, simulate_day
from perennial.simulation.day_events import SimulatedDay, events_of_day
from perennial.simulation.demand import draw_orders
from perennial.simulation.events import PER_DAY, Events
from perennial.simulation.lines import Writer
from perennial.simulation.oracle import expected_outcomes, orders_probability
from perennial.simulation.people import draw_message_factors, draw_people
from perennial.simulation.policy import RandomSending, draw_never
from perennial.simulation.profiles import draw_profiles
from perennial.simulation.settings import MarketSettings
from perennial.simulation.state import first_state
from perennial.simulation.transport import Deliveries, deliver
from perennial.simulation.trial import MarketSnapshot, Trial, run_trial, simulate_history

VALUE_DAYS = 28
START = date(2025, 1, 6)


class Market:
    """`customers` people whose latent types are drawn from `seed`; day 0 is `start`, a Monday by default.

    The same arguments give the same market, whatever the oracle is asked in between. Raises ValueError for fewer than
    one customer, or more than ids have digits for.
    """

    def __init__(
        self, customers: int, *, start: date = START, seed: int = 0, settings: MarketSettings | None = None
    ) -> None:
        if not 1 <= customers < PER_DAY:
            raise ValueError(f"a market has at least 1 customer and fewer than {PER_DAY:,}, not {customers}")
        self.settings = settings or MarketSettings.default()
        self.seed = seed
        self.day = 0
        self.count_events = 0
        people = draw_people(customers, self.settings, self._random("people"))
        self._environment = Environment(people, draw_message_factors(self._random("world")), self.settings, start)
        self._state = first_state(people, self.settings, self._random("state"))
        self._consents = first_consents(customers, self.settings.mess, self._random("consents"))
        self._state.contactable = self._consents.contactable
        never = draw_never(customers, self.settings.sending, self._random("never"))
        self._sending = RandomSending(never, self.settings.sending)

    def __len__(self) -> int:
        return len(self._environment.people)

    @property
    def never(self) -> Bools:
        """(customers,): true for those whom the market's own brand never messages."""
        return self._sending.never

    @property
    def start(self) -> date:
        """Day 0."""
        return self._environment.start

    @cached_property
    def writer(self) -> Writer:
        """Writes this market's events as lines."""
        people, zones = self._environment.people, self.settings.time_zones
        profiles = draw_profiles(len(self), self.settings.mess, self._random("profiles"))
        return Writer(people, profiles, self.never, zones, self.seed)

    def deliveries(self, events: Events) -> Deliveries:
        """A day's events as they arrive: late, twice or out of order, as the settings' `mess` says."""
        return deliver(events, self.settings.mess, self._random("transport", int(events.day[0]) if len(events) else 0))

    def random_decisions(self) -> Decisions:
        """Today's messages of the market's own brand: random, and the same whenever asked on the same day."""
        return self._sending.decide(self._random("sending", self.day))

    def step(self, decisions: Decisions) -> Events:
        """Simulate today with `decisions` and advance to tomorrow. The day's events are returned, see `Events`.

        Messages to customers who have not joined, refused the channel or left it are not delivered and cost nothing.
        Opens may be a mail program's, views a bot's; all other mess arises in transport, see `deliveries`.
        """
        environment, state, day = self._environment, self._state, self.day
        changing = self._consents.change(self.settings.mess, self._random("consent", day))
        changing = changing[environment.people.joins_on[changing] < day]
        preferences = self._consents.packed(changing)
        visits = own_demand(environment, state, day) * np.float32(self.settings.demand.visits_per_order)
        views = draw_orders(visits, self._random("views", day))
        outcomes, orders = simulate_day(environment, state, day, decisions, self._random("day", day))
        unsubscribed = outcomes.unsubscribed
        self._consents.unsubscribe(decisions.customer[unsubscribed], decisions.channel[unsubscribed])
        simulated = SimulatedDay(
            environment, day, decisions, outcomes, orders, views, changing, preferences, self._consents
        )
        self.day += 1
        events = events_of_day(simulated, self._random("telling", day))
        self.count_events += len(events)
        return events

    def trial(
        self,
        customers: Ints | None,
        treated: Bools,
        horizon_days: int = VALUE_DAYS,
        *,
        action: Action | None = None,
        draw: int = 0,
    ) -> Trial:
        """A randomised experiment: `treated` of `customers` (indices; None: all) get `action` once, all are observed.

        It starts after 91 simulated days in which four in five got random messages, whatever day the market itself has
        reached; the market does not change. `treated`: (customers,). `draw` numbers repetitions: the same customers and
        the same past, other random numbers after it. Default action: an e-mail at ten o'clock. Raises ValueError when
        lengths differ.
        """
        chosen = np.arange(len(self)) if customers is None else np.asarray(customers)
        if len(chosen) != len(treated):
            raise ValueError(f"{len(chosen)} customers but {len(treated)} values of treated: give one for each")
        seed = [*self._key("trial"), draw]
        return run_trial(self._after_history, chosen, np.asarray(treated), action or Action(), horizon_days, seed)

    def expected_value(self, customers: Ints, action: Action | Decisions, horizon_days: int = VALUE_DAYS) -> Floats:
        """(customers,), oracle: dollars that `action` today adds over `horizon_days`, for `customers` (indices).

        Expected revenue with it and no later message, less that without any, less the cost of sending; coupons
        redeemed, demand lost by unsubscribing and the effect of fatigue on this message included. Decisions are in the
        order of `customers`.
        """
        environment, state = self._environment.take(customers), self._state.take(customers)
        with_action = expected_outcomes(environment, state, self.day, action, horizon_days).revenue
        without = expected_outcomes(environment, state, self.day, None, horizon_days).revenue
        sent = action.to(customers) if isinstance(action, Action) else action
        is_contactable = state.contactable[np.arange(len(customers)), sent.channel]
        return with_action - without - np.where(is_contactable, sent.costs(), 0.0)

    def purchase_probability(
        self, customers: Ints, action: Action | Decisions | None, horizon_days: int = VALUE_DAYS
    ) -> Floats:
        """(customers,), oracle: probability of an order within `horizon_days`, with `action` today (None: no message).

        `customers`: indices; decisions are in their order.
        """
        environment, state = self._environment.take(customers), self._state.take(customers)
        return expected_outcomes(environment, state, self.day, action, horizon_days).ordered

    def orders_probability(self, customers: Ints, orders: int, horizon_days: int = VALUE_DAYS) -> Floats:
        """(customers,), oracle: probability of at least `orders` orders within `horizon_days`, without messages.

        `customers`: indices. Raises ValueError for fewer than one order.
        """
        if orders < 1:
            raise ValueError(f"ask for at least 1 order, not {orders}")
        environment, state = self._environment.take(customers), self._state.take(customers)
        return orders_probability(environment, state, self.day, orders, horizon_days)

    @cached_property
    def _after_history(self) -> MarketSnapshot:
        people = draw_people(len(self), self.settings, self._random("people"))
        people.joins_on[:] = 0
        environment = Environment(people, self._environment.message_factors, self.settings, self._environment.start)
        state = first_state(people, self.settings, self._random("state"))
        return simulate_history(environment, state, self._sending, self._key("history"))

    def _key(self, purpose: str, *more: int) -> list[int]:
        # The name of a stream is part of its seed: renaming one would change every file of every seed.
        return [self.seed, *purpose.encode(), *more]

    def _random(self, purpose: str, *more: int) -> np.random.Generator:
        return np.random.default_rng(self._key(purpose, *more))
