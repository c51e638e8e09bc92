{#-
    A JSON value as a number: as it is, or written as text; NULL when it is neither, or larger than any amount or quantity
    that a shop can mean. Products and sums of such numbers stay within a double, so that no event can stop a build.
-#}
{% macro json_number(object, key) -%}
    case
        when
            jsonb_typeof({{ object }} -> '{{ key }}') = 'number'
            and ({{ object }} -> '{{ key }}')::numeric between -1e12 and 1e12
            then ({{ object }} -> '{{ key }}')::numeric
        when jsonb_typeof({{ object }} -> '{{ key }}') = 'string'
            then substring({{ object }} ->> '{{ key }}' from '^\s*(-?\d{1,12}(?:\.\d{1,10})?)\s*$')::numeric
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
