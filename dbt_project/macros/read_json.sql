{#- A JSON value as text; NULL when it is missing or blank. -#}
{% macro json_text(object, key) -%}
    nullif(btrim({{ object }} ->> '{{ key }}'), '')
{%- endmacro %}
