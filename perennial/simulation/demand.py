"""Each customer's rate of orders on a day, and draws from it."""

from datetime import date, timedelta

import numpy as np

from perennial.simulation.arrays import Floats, Ints, uniforms
from perennial.simulation.people import People
from perennial.simulation.settings import Demand, MarketSettings

# The day of the year on which the season peaks.
_PEAK_DAY = 355


def own_rates(people: People, settings: MarketSettings, day: int) -> Floats:
    """(customers,): orders per day on `day` of active customers without effects of messages: slow wave and shift."""
    wave = people.drift * np.sin(people.drift_per_day * np.float32(day) + people.drift_phase)
    shift = settings.shift
    factor = shift.demand if shift.day is not None and day >= shift.day else 1.0
    return np.float32(factor) * np.exp(people.log_rate + wave)


def calendar_factor(settings: MarketSettings, start: date, day: int) -> float:
    """The factor of season and weekday on everyone's demand on `day`, 1 on average."""
    on = start + timedelta(days=day)
    season = 1 + settings.demand.season * np.cos(2 * np.pi * (on.timetuple().tm_yday - _PEAK_DAY) / 365.25)
    weekdays = settings.demand.weekdays
    return float(season * weekdays[on.weekday()] * len(weekdays) / sum(weekdays))


def activity_factors(demand: Demand) -> Floats:
    """By `ActivityState`: share of the own rate at which such a customer orders."""
    return np.array([1.0, demand.lapsed_rate, demand.prospect_rate], dtype=np.float32)


def draw_orders(rates: Floats, random: np.random.Generator) -> Ints:
    """How many orders each customer places on a day with `rates` (customers,): Poisson, drawn by inversion.

    A draw is one uniform number per customer, and the same numbers with higher rates give at least as many orders:
    runs with and without a message are coupled, which keeps the variance of their difference small.
    """
    # Single precision comes so near to 1 that the cumulative probability below would never exceed the draw.
    draw = np.minimum(uniforms(random, len(rates)), np.float32(1 - 1e-6))
    none = np.exp(-rates)
    counts = (draw > none).astype(np.int8)
    (pending,) = np.nonzero(counts)
    term, cumulative = none[pending].astype(np.float64), none[pending].astype(np.float64)
    step = 0
    while len(pending):
        step += 1
        term = term * rates[pending] / step
        cumulative = cumulative + term
        more = draw[pending] > cumulative
        pending, term, cumulative = pending[more], term[more], cumulative[more]
        counts[pending] += 1
    return counts
