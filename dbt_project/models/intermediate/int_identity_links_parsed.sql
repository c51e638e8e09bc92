{{ config(materialized='incremental', incremental_strategy='append') }}

with links as (

    select * from {{ ref('stg_raw__identity_links') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select
    links.message_id,
    links.load_id,
    links.linked_id,
    links.is_alias,
    links.user_id,
    links.occurred_at
from links
inner join moment on links.load_id <= moment.load_id
where links.load_id > {{ newest_load_built() }}
