{#- An event's name in the Segment spec, and the brand's other names for it (`event_names` in lifecycle.yml), as SQL. -#}
{% macro names_of(name) -%}
    {%- set names = [name] %}
    {%- set meant = var('event_names') %}
    {%- for other in meant if meant is mapping and meant[other] == name %}{% do names.append(other) %}{% endfor %}
    {%- for each in names %}{{ quoted(each) }}{% if not loop.last %}, {% endif %}{% endfor %}
{%- endmacro %}
