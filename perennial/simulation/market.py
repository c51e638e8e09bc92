"""A market whose truth is known."""

from datetime import date
from functools import cached_property

import numpy as np

from perennial.simulation.actions import Action, Decisions
from perennial.simulation.arrays import Bools, Floats, Ints
from perennial.simulation.consents import first_consents
from perennial.simulation.daily_step import Place, live_day, own_demand
from perennial.simulation.day_events import Day, tell
from perennial.simulation.demand import draw_orders
from perennial.simulation.events import PER_DAY, Events
from perennial.simulation.lines import Writer
from perennial.simulation.oracle import chance_of_orders, outlook
from perennial.simulation.people import draw_people, draw_world
from perennial.simulation.policy import RandomSending, draw_never
from perennial.simulation.profiles import draw_profiles
from perennial.simulation.settings import MarketSettings
from perennial.simulation.state import first_state
from perennial.simulation.transport import Deliveries, deliver
from perennial.simulation.trial import Lived, Trial, live_history, run_trial

VALUE_DAYS = 28
START = date(2025, 1, 6)


class Market:
    """`customers` people whose latent types are drawn from `seed`; day 0 is `start`, a Monday by default.

    The same arguments give the same market, whatever is asked of it in between. Raises ValueError for fewer than one
    customer, or more than ids have digits for.
    """

    def __init__(
        self, customers: int, *, start: date = START, seed: int = 0, settings: MarketSettings | None = None
    ) -> None:
        if not 1 <= customers < PER_DAY:
            raise ValueError(f"a market has at least 1 customer and fewer than {PER_DAY:,}, not {customers}")
        self.settings = settings or MarketSettings.default()
        self.seed = seed
        self.day = 0
        self.count_told = 0
        people = draw_people(customers, self.settings, self._random("people"))
        self._place = Place(people, draw_world(self._random("world")), self.settings, start)
        self._state = first_state(people, self.settings, self._random("state"))
        self._consents = first_consents(customers, self.settings.mess, self._random("consents"))
        self._state.reach = self._consents.reach
        never = draw_never(customers, self.settings.sending, self._random("never"))
        self._sending = RandomSending(never, self.settings.sending)

    def __len__(self) -> int:
        return len(self._place.people)

    @property
    def never(self) -> Bools:
        """Who is never written to by the market's own brand."""
        return self._sending.never

    @property
    def start(self) -> date:
        """Day 0."""
        return self._place.start

    @cached_property
    def writer(self) -> Writer:
        """Writes this market's events as lines."""
        people, zones = self._place.people, self.settings.time_zones
        profiles = draw_profiles(len(self), self.settings.mess, self._random("profiles"))
        return Writer(people, profiles, self.never, zones, self.seed)

    def deliveries(self, events: Events) -> Deliveries:
        """How a day's events reach us: with the mess of the way."""
        return deliver(events, self.settings.mess, self._random("transport", int(events.day[0]) if len(events) else 0))

    def random_decisions(self) -> Decisions:
        """Today's messages of the market's own brand: random, and the same whenever asked on the same day."""
        return self._sending.decide(self._random("sending", self.day))

    def step(self, decisions: Decisions) -> Events:
        """Live today with `decisions`; it is tomorrow afterwards. What happened comes back as arrays, see `Events`.

        Messages to customers who have not joined, refused the channel or left it are not delivered and cost nothing.
        Opens may be a mail program's, views a bot's; there is no other mess yet, as that is made on the way.
        """
        place, state, day = self._place, self._state, self.day
        turning = self._consents.turn(self.settings.mess, self._random("consent", day))
        turning = turning[place.people.joins_on[turning] < day]
        turned = self._consents.packed(turning)
        promised = own_demand(place, state, day) * np.float32(self.settings.demand.visits_per_order)
        views = draw_orders(promised, self._random("views", day))
        answers, orders = live_day(place, state, day, decisions, self._random("day", day))
        left = answers.left
        self._consents.leave(decisions.customer[left], decisions.channel[left])
        lived = Day(place, day, decisions, answers, orders, views, turning, turned, self._consents)
        self.day += 1
        events = tell(lived, self._random("telling", day))
        self.count_told += len(events)
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
        """An experiment: `treated` of `customers` (indices; None: all) get `action` once, and all are watched.

        Before it everyone lives through 91 days in which the brand wrote at random to four in five. The market itself
        does not change, and days stepped through do not count. `draw` numbers repetitions: the same customers with the
        same past, another future. Default action: an e-mail at ten o'clock. Raises ValueError when lengths differ.
        """
        chosen = np.arange(len(self)) if customers is None else np.asarray(customers)
        if len(chosen) != len(treated):
            raise ValueError(f"{len(chosen)} customers but {len(treated)} values of treated: give one for each")
        seed = [*self._key("trial"), draw]
        return run_trial(self._lived, chosen, np.asarray(treated), action or Action(), horizon_days, seed)

    def expected_value(self, customers: Ints, action: Action | Decisions, horizon_days: int = VALUE_DAYS) -> Floats:
        """Oracle: dollars that `action` today adds over `horizon_days`, for each of `customers` (indices).

        Expected revenue with it and no later message, less that without any, less the cost of sending. Coupons
        redeemed, demand lost by unsubscribing and by fatigue's effect on this message are within. Decisions stand in
        the order of `customers`.
        """
        place, state = self._place.take(customers), self._state.take(customers)
        with_it = outlook(place, state, self.day, action, horizon_days).revenue
        without = outlook(place, state, self.day, None, horizon_days).revenue
        sent = action.to(customers) if isinstance(action, Action) else action
        reachable = state.reach[np.arange(len(customers)), sent.channel]
        return with_it - without - np.where(reachable, sent.costs(), 0.0)

    def purchase_probability(
        self, customers: Ints, action: Action | Decisions | None, horizon_days: int = VALUE_DAYS
    ) -> Floats:
        """Oracle: probability of at least one order within `horizon_days`, with `action` today (None: no message)."""
        place, state = self._place.take(customers), self._state.take(customers)
        return outlook(place, state, self.day, action, horizon_days).ordered

    def chance_of_orders(self, customers: Ints, orders: int, horizon_days: int = VALUE_DAYS) -> Floats:
        """Oracle: probability of at least `orders` orders within `horizon_days`, were nobody to write from today on.

        Raises ValueError for fewer than one order.
        """
        if orders < 1:
            raise ValueError(f"ask for at least 1 order, not {orders}")
        place, state = self._place.take(customers), self._state.take(customers)
        return chance_of_orders(place, state, self.day, orders, horizon_days)

    @cached_property
    def _lived(self) -> Lived:
        people = draw_people(len(self), self.settings, self._random("people"))
        people.joins_on[:] = 0
        place = Place(people, self._place.world, self.settings, self._place.start)
        state = first_state(people, self.settings, self._random("state"))
        return live_history(place, state, self._sending, self._key("history"))

    def _key(self, purpose: str, *more: int) -> list[int]:
        return [self.seed, *purpose.encode(), *more]

    def _random(self, purpose: str, *more: int) -> np.random.Generator:
        return np.random.default_rng(self._key(purpose, *more))
