"""Events by which a customer leaves a channel, and bounces that end an address, whatever the sender calls them.

Names after the email spec of Segment (https://segment.com/docs/connections/spec/email/) and what Customer.io, Klaviyo,
SendGrid, Braze and their like send in its place. An event that leaves only a list or a group of a channel counts as
leaving the channel: consent fails closed.
"""

from collections.abc import Collection, Iterable
from itertools import product

from perennial.ingestion.consents.purposes import fold, folded_purposes
from perennial.lifecycle import Lifecycle

_WORDS = {
    "email": ("Email", "Newsletter", "Email List", "Email Marketing", "Marketing Email"),
    "sms": ("SMS", "Text Message", "MMS", "SMS Marketing"),
    "push": ("Push", "Push Notification", "Push Notifications", "Mobile Push", "Web Push"),
    "direct_mail": ("Direct Mail", "Postal Mail"),
    "onsite": ("In-App", "In-App Message", "Onsite"),
    "whatsapp": ("WhatsApp",),
}
_BARE = (
    "Unsubscribed", "Unsubscribe", "Group Unsubscribe", "Group Unsubscribed", "Unsubscribed from List",
    "List Unsubscribed", "Unsubscribed from Group", "Opted Out", "Opt Out", "Marked as Spam",
    "Marked Message as Spam", "Spam Report", "Spam Reported", "Reported as Spam", "Spam Complaint",
    "Complained", "Complaint",
)  # fmt: skip
_OF_CHANNEL = (
    "{} Unsubscribed", "{} Unsubscribe", "Unsubscribed {}", "Unsubscribed from {}", "Unsubscribe from {}",
    "{} Group Unsubscribed", "{} Opted Out", "{} Opt Out", "Opted Out of {}", "{} Marked as Spam", "Marked {} as Spam",
    "{} Reported as Spam", "{} Spam Report", "{} Spam Reported", "{} Spam Complaint", "{} Complained", "{} Complaint",
)  # fmt: skip
_BOUNCES = (
    "Email Bounced", "Bounced Email", "Email Bounce", "Email Hard Bounced", "Hard Bounced Email", "Email Hard Bounce",
    "Hard Bounced", "Hard Bounce", "Email Suppressed",
)  # fmt: skip
_SOFT = (
    "soft", "soft bounce", "soft bounced", "transient", "temporary", "block", "blocked", "deferred", "delayed",
    "delay", "mailbox full", "quota", "throttled", "greylisted", "auto reply", "out of office", "challenge response",
)  # fmt: skip

BARE_CHANNEL = "email"

BOUNCES = sorted({fold(name) for name in _BOUNCES})
SOFT_BOUNCES = sorted({fold(name) for name in _SOFT})


def withdrawals(lifecycle: Lifecycle) -> dict[str, str | None]:
    """The channel that each event leaves, by the event's name as it is compared.

    None: the one that its property `channel` names, and email where it names none.
    """
    known = folded_purposes(lifecycle)
    words = _WORDS | {channel: (channel,) for channel in lifecycle.channels if channel not in _WORDS}
    found: dict[str, str | None] = {}
    for channel, names in words.items():
        purpose = known.get(fold(channel), channel)
        found |= {fold(form.format(name)): purpose for form, name in product(_OF_CHANNEL, names)}
    return found | {fold(name): None for name in _BARE}


def that_may_fold_to(names: Iterable[str | None], folded: Collection[str]) -> set[str]:
    """The names, as they came, that may be one of `folded` as PostgreSQL compares them (`fold_sql`).

    Those beyond ASCII are all among them: PostgreSQL and Python differ in the lower case of a few letters.
    """
    return {name for name in names if name is not None and (not name.isascii() or fold(name) in folded)}
