"""How likely an order is on a day, with and without what messages did."""

from datetime import date, timedelta

import numpy as np

from perennial.simulation.arrays import Floats, Ints, uniforms
from perennial.simulation.people import People
from perennial.simulation.settings import Demand, MarketSettings

# The day of the year on which the season peaks.
_PEAK_DAY = 355


def own_rates(people: People, settings: MarketSettings, day: int) -> Floats:
    """Orders per day of each customer on `day` if active, rested and without a message: the slow wave and the shift."""
    wave = people.drift * np.sin(people.drift_per_day * np.float32(day) + people.drift_phase)
    shift = settings.shift
    factor = shift.demand if shift.day is not None and day >= shift.day else 1.0
    return np.float32(factor) * np.exp(people.log_rate + wave)


def calendar_factor(settings: MarketSettings, start: date, day: int) -> float:
    """What season and weekday make of everyone's demand on `day`, 1 on average."""
    on = start + timedelta(days=day)
    season = 1 + settings.demand.season * np.cos(2 * np.pi * (on.timetuple().tm_yday - _PEAK_DAY) / 365.25)
    weekdays = settings.demand.weekdays
    return float(season * weekdays[on.weekday()] * len(weekdays) / sum(weekdays))


def standing_factors(demand: Demand) -> Floats:
    """Share of the own rate at which each standing orders."""
    return np.array([1.0, demand.lapsed_rate, demand.prospect_rate], dtype=np.float32)


def draw_orders(rates: Floats, random: np.random.Generator) -> Ints:
    """How many orders each customer places on a day: Poisson, by inversion, so that a draw is one number per customer.

    The same stream of numbers with higher rates gives at least as many orders: worlds with and without a message stay
    coupled, and their difference is not drowned in noise.
    """
    # Single precision comes so near to 1 that the sum below would never reach it.
    draw = np.minimum(uniforms(random, len(rates)), np.float32(1 - 1e-6))
    chance = np.exp(-rates)
    counts = (draw > chance).astype(np.int8)
    (open_ones,) = np.nonzero(counts)
    term, total = chance[open_ones].astype(np.float64), chance[open_ones].astype(np.float64)
    step = 0
    while len(open_ones):
        step += 1
        term = term * rates[open_ones] / step
        total = total + term
        more = draw[open_ones] > total
        open_ones, term, total = open_ones[more], term[more], total[more]
        counts[open_ones] += 1
    return counts
