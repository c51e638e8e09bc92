{#- Names that look as if they told of an order, of all that are not read as one. -#}
{% macro is_unread_order(counted) -%}
    ({{ counted }}.type = 'track'
        and {{ counted }}.event ~* '(order|purchas|transaction|refund|checkout.*(complet|success))'
        and {{ counted }}.event not in (
            {{ names_of('Order Completed') }},
            {{ names_of('Order Updated') }},
            {{ names_of('Order Refunded') }},
            {{ names_of('Order Cancelled') }}
        ))
{%- endmacro %}

{#- What an amount that is too large to be one looks like. -#}
{% macro looks_like(text) -%}
    case
        when regexp_replace({{ text }}, '\D', '', 'g') ~ '^\d{13,19}$' and {{ text }} ~ '^[\d\s-]+$'
            then ', which looks like the number of a card'
        when {{ text }} ~ '^\d{10,12}$' then ', which looks like an amount in cents, or a number of something else'
        when {{ text }} ~ '^\d{1,3}[.,]\d{3}$' then ': say in lifecycle.yml what the mark means (decimal_mark)'
        when {{ text }} ~ '^\s*[{\[]' then ', which is no amount'
        else ''
    end
{%- endmacro %}
