"""The global control group: customers who are never messaged, so that what messaging does can be measured.

The unit is the person: customers who share an e-mail address, a phone number or a household are in the same arm.
"""

from perennial.holdout.audit import Leak, find_leaks
from perennial.holdout.clusters import Clusters, read_clusters
from perennial.holdout.membership import EXCLUDED_SQL, MEMBERS_SQL, assign_holdout
from perennial.holdout.status import HoldoutStatus, Spell, read_status

__all__ = [
    "EXCLUDED_SQL",
    "MEMBERS_SQL",
    "Clusters",
    "HoldoutStatus",
    "Leak",
    "Spell",
    "assign_holdout",
    "find_leaks",
    "read_clusters",
    "read_status",
]
