{#- The customer of an event: its user id, or the user id its anonymous id was identified as, or the anonymous id. -#}
{% macro customer_id(events, identities) -%}
    coalesce({{ events }}.user_id, {{ identities }}.customer_id, {{ events }}.anonymous_id)
{%- endmacro %}

{#- The join condition for int_identities_resolved: the identity of an anonymous id as known on a day. -#}
{% macro known_as(events, identities, day) -%}
    {{ events }}.user_id is null
        and {{ events }}.anonymous_id = {{ identities }}.anonymous_id
        and {{ identities }}.known_on <= {{ day }}
        and {{ identities }}.known_until_on > {{ day }}
{%- endmacro %}

{#- The day (UTC) of a moment. -#}
{% macro day_of(moment) -%}
    ({{ moment }} at time zone 'UTC')::date
{%- endmacro %}

{#- The moment at which a day (UTC) begins. -#}
{% macro start_of(day) -%}
    ({{ day }})::timestamp at time zone 'UTC'
{%- endmacro %}
