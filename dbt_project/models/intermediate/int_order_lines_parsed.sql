with lines as (

    select * from {{ ref('stg_raw__order_lines') }}

)

select * from lines
