with builds as (

    select * from {{ builds() }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

sightings as (

    select * from {{ ref('int_sightings_counted') }}

),

links as (

    select * from {{ ref('int_identity_links_parsed') }}

),

identities as (

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

identities_then as (

    select distinct on (states.load_id, states.as_of, links.anonymous_id)
        states.load_id,
        states.as_of,
        links.anonymous_id,
        links.user_id as customer_id
    from states
    inner join links on states.load_id >= links.load_id and states.as_of >= {{ day_of('links.occurred_at') }}
    order by states.load_id, states.as_of, links.anonymous_id, links.occurred_at, links.message_id

),

identities_now as (

    select
        states.load_id,
        states.as_of,
        identities.anonymous_id,
        identities.customer_id
    from states
    cross join identities

),

moved as (

    select
        coalesce(identities_then.load_id, identities_now.load_id) as load_id,
        coalesce(identities_then.as_of, identities_now.as_of) as as_of,
        coalesce(identities_then.anonymous_id, identities_now.anonymous_id) as anonymous_id
    from identities_then
    full join identities_now
        on
            identities_then.load_id = identities_now.load_id
            and identities_then.as_of = identities_now.as_of
            and identities_then.anonymous_id = identities_now.anonymous_id
    where coalesce(identities_then.customer_id <> identities_now.customer_id, true)

),

identified_since as (

    select
        moved.load_id,
        moved.as_of,
        min(sightings.occurred_on) as changed_on
    from moved
    inner join sightings on moved.anonymous_id = sightings.anonymous_id
    where sightings.user_id is null
    group by moved.load_id, moved.as_of

),

events_since as (

    select
        builds.model,
        builds.load_id,
        builds.as_of,
        least(
            coalesce(loaded_since.changed_on, 'infinity'),
            case
                when builds.as_of < moment.as_of then builds.as_of + 1
                when builds.as_of > moment.as_of then moment.as_of
                else 'infinity'
            end
        ) as changed_on
    from builds
    cross join moment
    left join loaded_since on builds.load_id = loaded_since.load_id and builds.as_of = loaded_since.as_of

)

select
    events_since.model,
    events_since.changed_on,
    least(events_since.changed_on, identified_since.changed_on) as renamed_on
from events_since
left join identified_since
    on events_since.load_id = identified_since.load_id and events_since.as_of = identified_since.as_of
