{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

with sightings as (

    select * from {{ ref('int_sightings_known') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

days as (

    select * from {{ ref('int_days_looked_back') }}
    where days_ago < 91 and snapshot_on >= {{ changed_on() }}

)

select
    {{ customer_id('sightings', 'identities') }} as customer_id,
    days.snapshot_on,
    max(sightings.occurred_on) as last_seen_on,
    count(distinct sightings.occurred_on) as count_days_seen_91d,
    sum(sightings.count_page_views) filter (where days.days_ago < 28)::bigint as count_page_views_28d,
    sum(sightings.count_products_viewed) filter (where days.days_ago < 28)::bigint as count_products_viewed_28d,
    sum(sightings.count_products_added) filter (where days.days_ago < 28)::bigint as count_products_added_28d
from sightings
inner join days on sightings.occurred_on = days.happened_on
left join identities on {{ known_as('sightings', 'identities', 'days.snapshot_on', at='first_at') }}
group by 1, 2
