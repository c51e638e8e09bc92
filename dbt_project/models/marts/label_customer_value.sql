{% call label() %}
    coalesce(outcomes.count_orders, 0) as label_orders,
    coalesce(outcomes.revenue, 0) as label
{% endcall %}
