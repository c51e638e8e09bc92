{#-
    A label: what became of customers within a horizon after each weekly snapshot, once the whole horizon has been observed.
    Whose label it is and how far it looks stand in `meta` in its .yml; the caller says what is looked for, in columns made
    of `outcomes`, and may name what must hold for the outcome to be known.
-#}
{% macro label(is_known='true') -%}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots(horizon_days=label_horizon_days()) }}",
    indexes=[{'columns': ['customer_id', 'snapshot_at'], 'unique': true}, {'columns': ['snapshot_on']}]
) }}

{%- set stage = label_stage() %}
{%- set horizon_days = label_horizon_days() -%}

-- depends_on: {{ ref('int_horizons_decided') }}

with stages as (

    select * from {{ ref('customer_stages') }}
    where stage {% if stage %}= '{{ stage }}'{% else %}<> 'prospect'{% endif %}

),

days as (

    select * from {{ ref('int_snapshot_days_listed') }}
    where is_weekly and snapshot_on + {{ horizon_days }} >= {{ changed_on() }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

outcomes as (

    select * from {{ ref('int_outcomes_observed') }}
    where horizon_days = {{ horizon_days }}

)

select
    stages.customer_id,
    stages.snapshot_on,
    stages.snapshot_at,
    stages.stage,
    {{ horizon_days }} as horizon_days,
    {{ caller() | trim }}
from stages
inner join days on stages.snapshot_on = days.snapshot_on
inner join moment on days.snapshot_on + {{ horizon_days }} <= moment.as_of
left join outcomes
    on stages.customer_id = outcomes.customer_id and stages.snapshot_on = outcomes.snapshot_on
{%- if is_known != 'true' %}
where {{ is_known }}
{%- endif %}
{% endmacro %}

{#- The stage whose customers the label being built is about; empty: everyone who ever ordered. -#}
{% macro label_stage() -%}
    {% if execute %}{{ model.config.meta.stage or '' }}{% endif %}
{%- endmacro %}

{#- How many days the label being built looks ahead. -#}
{% macro label_horizon_days() -%}
    {% if execute %}{{ horizons_days()[model.name] }}{% else %}0{% endif %}
{%- endmacro %}
