{#- Whether somebody can order on a day, by `closed` in lifecycle.yml. Needs the CTE closed_ranges. -#}
{% macro is_open(day) -%}
    extract(isodow from {{ day }}) not in ({{ var('closed')['weekdays'] | join(', ') or '0' }})
    and not exists (select 1 from closed_ranges where {{ day }} between closed_ranges.first_on and closed_ranges.last_on)
{%- endmacro %}

{#- First and last day of each time that the brand is closed, as a query. -#}
{% macro closed_ranges() -%}
    select
        null::date as first_on,
        null::date as last_on
    {%- for pair in var('closed')['ranges'] %}
    union all
    select
        '{{ pair[0] }}'::date,
        '{{ pair[1] }}'::date
    {%- endfor %}
{%- endmacro %}
