{% call label(is_known='outcomes.customer_id is null or outcomes.revenue is not null') %}
    coalesce(outcomes.count_orders, 0) as label_orders,
    coalesce(outcomes.revenue, 0) as label
{% endcall %}
