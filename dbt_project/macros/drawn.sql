{#-
    What was observed, drawn towards a default as far as few were: the weighted geometric mean, in which the default counts
    like `prior` observations. The default itself where nothing was observed.
-#}
{% macro drawn(observed, default, count, prior) -%}
    coalesce(
        exp(
            ({{ count }} * ln({{ observed }}::double precision) + {{ prior }} * ln({{ default }}::double precision))
            / ({{ count }} + {{ prior }})
        ),
        {{ default }}
    )
{%- endmacro %}
