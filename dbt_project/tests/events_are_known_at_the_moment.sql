-- There is nothing to build without an event before the moment. Load some: `perennial ingest events FILE`.
with moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select 'no event is known at the moment asked for' as problem
where not exists (select from moment)
