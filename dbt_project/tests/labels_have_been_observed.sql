{%- set labels = ['activation', 'purchase_intent', 'churn_risk', 'reactivation', 'customer_value'] -%}

with moment as (

    select * from {{ ref('int_moment_fixed') }}

),

labels as (

    {%- for label in labels %}
    select
        '{{ label }}' as label,
        snapshot_on,
        snapshot_at,
        horizon_days,
        {{ var('horizon_days_' ~ label) }} as asked_days
    from {{ ref('label_' ~ label) }}
    group by snapshot_on, snapshot_at, horizon_days
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select labels.*
from labels
cross join moment
where
    labels.snapshot_at + labels.horizon_days * interval '1 day' > moment.snapshot_at
    or labels.horizon_days <> labels.asked_days
    or extract(isodow from labels.snapshot_on) <> 7
