with recursive builds as (

    select * from {{ builds() }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

sightings as (

    select * from {{ ref('int_sightings_counted') }}

),

numbers as (

    select * from {{ ref('int_order_numbers_shared') }}
    where is_regrouped

),

identities_now as (

    select * from {{ ref('int_identities_resolved') }}
    where known_until_on = 'infinity'

),

states as (

    select distinct
        load_id,
        as_of
    from builds

),

loads as (

    select
        load_id,
        min(occurred_on) as first_event_on
    from sightings
    group by load_id

),

loaded_since as (

    select
        states.load_id,
        states.as_of,
        min(loads.first_event_on) as changed_on
    from states
    inner join loads on states.load_id < loads.load_id
    group by states.load_id, states.as_of

),

links as (

    select
        states.load_id,
        states.as_of,
        parsed.linked_id,
        parsed.is_alias,
        parsed.user_id,
        parsed.occurred_at,
        parsed.message_id
    from states
    inner join {{ ref('int_identity_links_parsed') }} as parsed
        on states.load_id >= parsed.load_id and states.as_of >= {{ day_of('parsed.occurred_at') }}

),

{{ resolve_identities(['load_id', 'as_of']) }},

identities_then as (

    select * from resolved_identities
    where known_until_on = 'infinity'

),

moved as (

    select
        identities_then.load_id,
        identities_then.as_of,
        identities_then.id,
        identities_then.is_device,
        identities_then.from_at
    from identities_then
    left join identities_now
        on
            identities_then.id = identities_now.id
            and identities_then.is_device = identities_now.is_device
            and identities_then.from_at = identities_now.from_at
            and identities_then.until_at = identities_now.until_at
            and identities_then.customer_id = identities_now.customer_id
    where identities_now.id is null
    union all
    select
        states.load_id,
        states.as_of,
        identities_now.id,
        identities_now.is_device,
        identities_now.from_at
    from states
    cross join identities_now
    left join identities_then
        on
            states.load_id = identities_then.load_id
            and states.as_of = identities_then.as_of
            and identities_now.id = identities_then.id
            and identities_now.is_device = identities_then.is_device
            and identities_now.from_at = identities_then.from_at
            and identities_now.until_at = identities_then.until_at
            and identities_now.customer_id = identities_then.customer_id
    where identities_then.id is null

),

identified_since as (

    select
        moved.load_id,
        moved.as_of,
        min(sightings.occurred_on) as changed_on
    from moved
    inner join sightings
        on
            moved.id = coalesce(sightings.user_id, sightings.anonymous_id)
            and moved.is_device = (sightings.user_id is null)
            and sightings.occurred_on >= {{ day_of('moved.from_at') }}
    group by moved.load_id, moved.as_of

),

-- Events of a shared number may belong together otherwise now, on days long past.
regrouped_numbers as (

    select
        states.load_id,
        states.as_of,
        numbers.order_id
    from states
    cross join moment
    inner join numbers
        on
            states.load_id < numbers.load_id
            or (states.as_of <> moment.as_of and numbers.occurred_on > least(states.as_of, moment.as_of))
    union
    select
        moved.load_id,
        moved.as_of,
        numbers.order_id
    from moved
    inner join numbers
        on
            moved.id = coalesce(numbers.user_id, numbers.anonymous_id)
            and moved.is_device = (numbers.user_id is null)

),

regrouped_since as (

    select
        regrouped_numbers.load_id,
        regrouped_numbers.as_of,
        min(numbers.occurred_on) as changed_on
    from regrouped_numbers
    inner join numbers on regrouped_numbers.order_id = numbers.order_id
    group by regrouped_numbers.load_id, regrouped_numbers.as_of

),

events_since as (

    select
        builds.model,
        builds.load_id,
        builds.as_of,
        least(
            coalesce(loaded_since.changed_on, 'infinity'),
            coalesce(regrouped_since.changed_on, 'infinity'),
            case when builds.first_event_on = moment.first_event_on then 'infinity'::date else '-infinity' end,
            case
                when builds.as_of < moment.as_of then builds.as_of + 1
                when builds.as_of > moment.as_of then moment.as_of
                else 'infinity'
            end
        ) as changed_on
    from builds
    cross join moment
    left join loaded_since on builds.load_id = loaded_since.load_id and builds.as_of = loaded_since.as_of
    left join regrouped_since on builds.load_id = regrouped_since.load_id and builds.as_of = regrouped_since.as_of

)

select
    events_since.model,
    events_since.changed_on,
    least(events_since.changed_on, identified_since.changed_on) as renamed_on
from events_since
left join identified_since
    on events_since.load_id = identified_since.load_id and events_since.as_of = identified_since.as_of
