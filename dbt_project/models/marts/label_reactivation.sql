{% call label() %}
    coalesce(outcomes.count_orders, 0) >= 1 as label
{% endcall %}
