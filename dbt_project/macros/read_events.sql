{#- The day (UTC) of a moment. -#}
{% macro day_of(moment) -%}
    ({{ moment }} at time zone 'UTC')::date
{%- endmacro %}

{#- The moment at which a day (UTC) begins. -#}
{% macro start_of(day) -%}
    ({{ day }})::timestamp at time zone 'UTC'
{%- endmacro %}
