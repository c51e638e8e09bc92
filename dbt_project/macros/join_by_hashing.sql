{#-
    Pre-hook for joins on customer and snapshot day. The planner takes the two for independent, expects a single row of each
    join, and would look every row up in an index.
-#}
{% macro join_by_hashing() %}
    set local enable_nestloop = off
{% endmacro %}
