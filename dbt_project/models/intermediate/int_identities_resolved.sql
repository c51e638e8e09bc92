with links as (

    select * from {{ ref('stg_raw__identity_links') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select distinct on (links.anonymous_id)
    links.anonymous_id,
    links.user_id as customer_id,
    links.occurred_at as identified_at
from links
inner join moment on links.load_id <= moment.load_id and links.occurred_at < moment.snapshot_at
order by links.anonymous_id, links.occurred_at, links.message_id
