with links as (

    select * from {{ ref('int_identity_links_parsed') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select distinct on (links.anonymous_id)
    links.anonymous_id,
    links.user_id as customer_id,
    links.occurred_at as identified_at
from links
inner join moment on links.occurred_at < moment.snapshot_at
order by links.anonymous_id, links.occurred_at, links.message_id
