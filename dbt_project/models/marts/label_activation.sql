{% call label() %}
    coalesce(outcomes.count_orders, 0) >= 2 as label
{% endcall %}
