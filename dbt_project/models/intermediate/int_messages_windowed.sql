with snapshots as (

    select * from {{ ref('int_snapshots_taken') }}

),

messages as (

    select * from {{ ref('int_messages_resolved') }}

)

select
    snapshots.customer_id,
    snapshots.snapshot_on,
    count(*) filter (
        where messages.action in ('sent', 'delivered') and snapshots.snapshot_on - messages.occurred_on < 28
    ) as count_messages_28d,
    count(*) filter (
        where messages.action in ('sent', 'delivered') and snapshots.snapshot_on - messages.occurred_on < 91
    ) as count_messages_91d,
    count(*) filter (where messages.action in ('sent', 'delivered')) as count_messages,
    count(*) filter (
        where messages.action in ('opened', 'clicked') and snapshots.snapshot_on - messages.occurred_on < 91
    ) as count_message_responses_91d,
    max(messages.occurred_on) filter (where messages.action in ('sent', 'delivered')) as last_message_on,
    count(distinct messages.campaign_id) filter (where messages.ends_on > snapshots.snapshot_on) as count_campaigns_open
from snapshots
inner join messages
    on snapshots.customer_id = messages.customer_id and snapshots.snapshot_on >= messages.occurred_on
group by snapshots.customer_id, snapshots.snapshot_on
