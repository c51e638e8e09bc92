{#-
    Who is behind an id, from the links in the CTE `links` (and `state`: further columns to tell sets of links apart).
    The same rule stands in perennial/schema/015_identity.sql for what counts at once; a test holds the two equal.

    What is done without a user id belongs to the user last identified on its device before it, else to the first
    identified after it. An id's latest alias tells its new id, which is followed to the end; of a cycle, the smallest id
    stands for all. The times of the events alone decide, never their order of arrival.
-#}
{% macro resolve_identities(state=[]) -%}
    {%- set s = state | join(', ') ~ ', ' if state else '' %}
    {%- set same_state %}{% for column in state %} and {left}.{{ column }} = {right}.{{ column }}{% endfor %}{% endset -%}
    known_links as (

        select
            {{ s }}linked_id,
            is_alias,
            user_id,
            occurred_at,
            message_id,
            {{ day_of('occurred_at') }} as linked_on,
            lag(user_id) over (
                partition by {{ s }}linked_id order by occurred_at, message_id, is_alias
            ) as user_before
        from links

    ),

    segments as (

        select
            {{ s }}linked_id,
            user_id,
            linked_on,
            lag(occurred_at) over devices is null as is_first,
            case when lag(occurred_at) over devices is null then '-infinity' else occurred_at end as from_at,
            lead(occurred_at, 1, 'infinity') over devices as until_at
        from known_links
        where user_id is distinct from user_before
        window devices as (partition by {{ s }}linked_id order by occurred_at, message_id, is_alias)

    ),

    latest_aliases as (

        select distinct on ({{ s }}linked_id, linked_on)
            {{ s }}linked_id,
            user_id,
            linked_on
        from known_links
        where is_alias
        order by {{ s }}linked_id, linked_on, occurred_at desc, message_id desc

    ),

    successors as (

        select
            {{ s }}linked_id,
            user_id,
            linked_on as from_on,
            lead(linked_on, 1, 'infinity') over (partition by {{ s }}linked_id order by linked_on) as until_on
        from latest_aliases
        union all
        select
            {{ s }}linked_id,
            null as user_id,
            '-infinity' as from_on,
            min(linked_on) as until_on
        from latest_aliases
        group by {{ s }}linked_id

    ),

    followed ({{ s }}linked_id, current_id, customer_id, from_on, until_on, path) as (

        select distinct
            {{ s }}linked_id,
            linked_id,
            null,
            '-infinity'::date,
            'infinity'::date,
            array[linked_id]
        from latest_aliases
        union all
        select
            {% for column in state %}followed.{{ column }},
            {% endfor -%}
            followed.linked_id,
            successors.user_id,
            case
                when successors.user_id is null then followed.current_id
                when successors.user_id = any(followed.path) then (
                    select min(cycle_id collate "C") collate "default"
                    from unnest(followed.path[array_position(followed.path, successors.user_id):]) as cycle_id
                )
                -- Nobody has had so many ids: whoever wrote them has no person in mind.
                when cardinality(followed.path) > 100 then successors.user_id
            end,
            greatest(followed.from_on, successors.from_on),
            least(followed.until_on, successors.until_on),
            followed.path || successors.user_id
        from followed
        left join successors
            on
                followed.current_id = successors.linked_id
                and followed.from_on < successors.until_on
                and followed.until_on > successors.from_on
                {{- same_state | replace('{left}', 'followed') | replace('{right}', 'successors') }}
        where followed.customer_id is null

    ),

    people as (

        select
            {{ s }}linked_id,
            customer_id,
            from_on,
            until_on
        from followed
        where customer_id is not null

    ),

    resolved_identities as (

        select
            {{ s }}linked_id as id,
            false as is_device,
            '-infinity'::timestamptz as from_at,
            'infinity'::timestamptz as until_at,
            customer_id,
            from_on as known_on,
            until_on as known_until_on
        from people
        union all
        select
            {{ s }}linked_id as id,
            true as is_device,
            from_at,
            until_at,
            linked_id as customer_id,
            '-infinity' as known_on,
            linked_on as known_until_on
        from segments
        where is_first and from_at < until_at
        union all
        select
            {% for column in state %}segments.{{ column }},
            {% endfor -%}
            segments.linked_id as id,
            true as is_device,
            segments.from_at,
            segments.until_at,
            coalesce(people.customer_id, segments.user_id) as customer_id,
            greatest(people.from_on, case when segments.is_first then segments.linked_on else '-infinity' end) as known_on,
            coalesce(people.until_on, 'infinity') as known_until_on
        from segments
        left join people
            on
                segments.user_id = people.linked_id
                {{- same_state | replace('{left}', 'segments') | replace('{right}', 'people') }}
        where
            segments.from_at < segments.until_at
            and (not segments.is_first or coalesce(people.until_on, 'infinity') > segments.linked_on)

    )
{%- endmacro %}

{#- The customer of an event: whoever was found to be behind its id, else the id itself. -#}
{% macro customer_id(events, identities) -%}
    coalesce({{ identities }}.customer_id, {{ events }}.user_id, {{ events }}.anonymous_id)
{%- endmacro %}

{#- The join condition for int_identities_resolved: who was behind an event's id, whenever that became known. -#}
{% macro is_behind(identities, events, at='occurred_at') -%}
    coalesce({{ events }}.user_id, {{ events }}.anonymous_id) = {{ identities }}.id
        and ({{ events }}.user_id is null) = {{ identities }}.is_device
        and {{ events }}.{{ at }} >= {{ identities }}.from_at
        and {{ events }}.{{ at }} < {{ identities }}.until_at
{%- endmacro %}

{#- The same as known on a day. -#}
{% macro known_as(events, identities, day, at='occurred_at') -%}
    {{ is_behind(identities, events, at) }}
        and {{ identities }}.known_on <= {{ day }}
        and {{ identities }}.known_until_on > {{ day }}
{%- endmacro %}
