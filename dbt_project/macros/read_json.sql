{#- A JSON value as a number: as it is, or written as text; NULL when it is neither. -#}
{% macro json_number(object, key) -%}
    case jsonb_typeof({{ object }} -> '{{ key }}')
        when 'number' then ({{ object }} -> '{{ key }}')::numeric
        when 'string' then substring({{ object }} ->> '{{ key }}' from '^\s*(-?\d{1,15}(?:\.\d{1,10})?)\s*$')::numeric
    end
{%- endmacro %}

{#- A JSON value as text; NULL when it is missing or blank. -#}
{% macro json_text(object, key) -%}
    nullif(btrim({{ object }} ->> '{{ key }}'), '')
{%- endmacro %}

{#- The list of products of an event's properties; an empty one when there is none. -#}
{% macro json_list(object, key) -%}
    case jsonb_typeof({{ object }} -> '{{ key }}') when 'array' then {{ object }} -> '{{ key }}' else '[]' end
{%- endmacro %}
