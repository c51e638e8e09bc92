with links as (

    select * from {{ ref('int_identity_links_parsed') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

identified as (

    select distinct on (links.anonymous_id)
        links.anonymous_id,
        links.user_id,
        {{ day_of('links.occurred_at') }} as identified_on
    from links
    inner join moment on links.occurred_at < moment.snapshot_at
    order by links.anonymous_id, links.occurred_at, links.message_id

)

select
    identified.anonymous_id,
    owner.customer_id,
    owner.known_on,
    owner.known_until_on
from identified
cross join lateral (
    values
    (identified.anonymous_id, '-infinity'::date, identified.identified_on),
    (identified.user_id, identified.identified_on, 'infinity'::date)
) as owner (customer_id, known_on, known_until_on)
