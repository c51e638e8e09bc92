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

{#- A sum over `changes` of orders whose amounts are known: NULL where there are orders and of none it is, 0 without orders. -#}
{% macro known_amount(name, condition='') -%}
    case
        when
            coalesce(sum(changes.count_orders_valued) {{ condition }}, 0) > 0
            or coalesce(sum(changes.count_orders) {{ condition }}, 0) = 0
            then {{ from_units('coalesce(sum(changes.' ~ name ~ '_units) ' ~ condition ~ ', 0)') }}
    end
{%- endmacro %}
