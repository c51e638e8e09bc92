{#- A label's rows are of Sundays, look as far as asked, and only as far as is known at the moment of the build. -#}
{% test observed_to_the_end(model) %}

with moment as (

    select * from {{ ref('int_moment_fixed') }}

),

labels as (

    select distinct
        snapshot_on,
        snapshot_at,
        horizon_days
    from {{ model }}

)

select labels.*
from labels
cross join moment
where
    labels.snapshot_at + labels.horizon_days * interval '1 day' > moment.snapshot_at
    or labels.horizon_days <> {{ horizons_days()[model.identifier] if execute else 0 }}
    or extract(isodow from labels.snapshot_on) <> 7

{% endtest %}
