"""Each sort of mess is absent at 0, and otherwise as frequent as its setting says."""

from collections import Counter
from datetime import timedelta

import pytest

from perennial.simulation import MarketSettings
from tests.simulation.reading import Line, happened, lines_of, when

CLEAN = MarketSettings.default().without_mess()


def share_late(lines: list[Line]) -> float:
    delays = [when(line, "receivedAt") - happened(line) for line in lines]
    assert all(timedelta(0) <= delay <= timedelta(days=7, seconds=3) for delay in delays)
    return sum(delay >= timedelta(hours=1) for delay in delays) / len(lines)


def share_duplicated(lines: list[Line]) -> float:
    times = Counter(line["messageId"] for line in lines)
    return sum(count > 1 for count in times.values()) / len(times)


def share_overtaken(lines: list[Line]) -> float:
    received = [when(line, "receivedAt") for line in lines]
    latest, overtaken = received[0], 0
    for time in received:
        overtaken += time < latest
        latest = max(latest, time)
    return overtaken / len(lines)


def share_skewed(lines: list[Line]) -> float:
    """Of customers with an event from their own device."""
    with_device = {line["userId"] for line in lines if line.get("event") == "Product Viewed"}
    skewed = {line["userId"] for line in lines if "sentAt" in line}
    return len(skewed & with_device) / len(with_device)


def bots(lines: list[Line]) -> float:
    return len({line["anonymousId"] for line in lines if "userId" not in line}) / 4_000


def share_emails_shared(lines: list[Line]) -> float:
    emails = {line["userId"]: line["traits"]["email"] for line in lines if "email" in line.get("traits", {})}
    return sum(not email.startswith(customer) for customer, email in emails.items()) / len(emails)


def share_without_age(lines: list[Line]) -> float:
    people = [line["traits"] for line in lines if "traits" in line]
    return sum("age" not in traits for traits in people) / len(people)


def share_refused(lines: list[Line]) -> float:
    stated = [line["context"]["consent"]["categoryPreferences"] for line in lines if line["type"] == "identify"]
    refused = [preferences for preferences in stated if not preferences["training"]]
    return len(refused) / len(stated)


def consent_changes_per_day(lines: list[Line]) -> float:
    changes = [line for line in lines if line.get("event") == "Segment Consent Preference Updated"]
    return len(changes) / 4_000 / 10


def share_opened_at_once(lines: list[Line]) -> float:
    """Of delivered e-mails, those opened within a minute: people need longer, most of them."""
    delivered = {
        line["properties"]["message_id"]: happened(line) for line in lines if line.get("event") == "Email Delivered"
    }
    opened = [line for line in lines if line.get("event") == "Email Opened"]
    quick = [
        line for line in opened if happened(line) - delivered[line["properties"]["message_id"]] < timedelta(minutes=1)
    ]
    return len(quick) / len(delivered)


@pytest.mark.parametrize(
    ("setting", "planted", "measure"),
    [
        ("late", 0.1, share_late),
        ("duplicated", 0.05, share_duplicated),
        ("clock_skew", 0.2, share_skewed),
        ("bots", 0.01, bots),
        ("shared_emails", 0.1, share_emails_shared),
        ("missing_traits", 0.2, share_without_age),
        ("consent_refused", 0.15, share_refused),
        ("consent_changes", 0.01, consent_changes_per_day),
        ("machine_opens", 0.5, share_opened_at_once),
    ],
)  # fmt: skip
def test_a_share_of_mess_is_found_as_set_and_absent_at_0(setting: str, planted: float, measure: object) -> None:
    assert callable(measure)
    # A few people open within the first minute, without any mail program.
    assert measure(lines_of(CLEAN, customers=4_000)) <= (0.02 if setting == "machine_opens" else 0.0)
    found = measure(lines_of(CLEAN.with_mess(**{setting: planted}), customers=4_000))
    assert found == pytest.approx(planted, rel=0.25)


def test_events_overtake_each_other_only_when_planted() -> None:
    assert share_overtaken(lines_of(CLEAN)) == 0
    # One slow event is overtaken by many: slow events are those that stand behind a later one.
    assert share_overtaken(lines_of(CLEAN.with_mess(out_of_order=0.1))) > 0.05


def test_a_duplicate_differs_in_nothing_but_when_it_was_received() -> None:
    copies: dict[str, list[Line]] = {}
    for line in lines_of(CLEAN.with_mess(duplicated=0.05, clock_skew=0.0)):
        copies.setdefault(line["messageId"], []).append({key: line[key] for key in line if key != "receivedAt"})
    doubled = [same for same in copies.values() if len(same) > 1]
    assert len(doubled) > 100
    assert all(first == second for first, second in doubled)


def test_a_wrong_clock_is_corrected_by_the_time_of_sending() -> None:
    settings = CLEAN.with_mess(clock_skew=0.5)
    right = {line["messageId"]: happened(line) for line in lines_of(CLEAN)}
    skewed = [line for line in lines_of(settings) if "sentAt" in line]
    off = [abs(when(line, "originalTimestamp") - happened(line)) for line in skewed]
    assert max(off) > timedelta(hours=20)
    same = [line for line in skewed if line["messageId"] in right]
    assert len(same) > 100
    assert all(happened(line) == right[line["messageId"]] for line in same)
