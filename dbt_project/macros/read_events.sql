{#- Who did it: the user id, or the user id the anonymous id was identified as, or the anonymous id itself. -#}
{% macro customer_id(events, identities) -%}
    coalesce({{ events }}.user_id, {{ identities }}.customer_id, {{ events }}.anonymous_id)
{%- endmacro %}

{#- Whom the id behind events was known as on a day: what to join int_identities_resolved on. -#}
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
