{{ config(
    materialized='incremental',
    incremental_strategy='append',
    indexes=[{'columns': ['message_id']}, {'columns': ['load_id'], 'type': 'brin'}]
) }}

with lines as (

    select * from {{ ref('stg_raw__order_lines') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select lines.*
from lines
inner join moment on lines.load_id <= moment.load_id
where lines.load_id > {{ newest_load_built() }}
