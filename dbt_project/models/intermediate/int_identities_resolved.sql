with recursive moment as (

    select * from {{ ref('int_moment_fixed') }}

),

links as (

    select parsed.*
    from {{ ref('int_identity_links_parsed') }} as parsed
    inner join moment on parsed.occurred_at < moment.snapshot_at

),

{{ resolve_identities() }}

select * from resolved_identities
