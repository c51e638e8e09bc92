{#- One amount over another; NULL when there is nothing to compare with. -#}
{% macro ratio(part, whole) -%}
    ({{ part }})::double precision / nullif({{ whole }}, 0)::double precision
{%- endmacro %}
