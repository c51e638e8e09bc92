{% call label() %}
    coalesce(outcomes.count_orders, 0) = 0 as label
{% endcall %}
