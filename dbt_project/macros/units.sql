{#-
    Money in sums over windows: whole ten-thousandths as double precision. Whole numbers add up exactly in any order, so a
    rebuilt table equals a grown one to the last bit, in a fraction of the time that numeric takes.
-#}
{% macro to_units(amount) -%}
    round(10000 * ({{ amount }}))::double precision
{%- endmacro %}

{% macro from_units(units) -%}
    ({{ units }}) / 10000
{%- endmacro %}
