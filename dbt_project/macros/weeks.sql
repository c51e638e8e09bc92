{#- The number of the week that a day belongs to; weeks end with the weekly snapshot, on Sunday. -#}
{% macro week_of(day) -%}
    ({{ day }} - date '1900-01-07' + 6) / 7
{%- endmacro %}

{#- The Sunday that ends a week. -#}
{% macro sunday_of(week) -%}
    date '1900-01-07' + 7 * {{ week }}
{%- endmacro %}
