-- What the next run is compared with.
with values_now as (
    select
        feature.key as feature,
        case feature.value when 'true' then 1 when 'false' then 0 else feature.value::double precision end as value
    from marts.customer_features as features
    cross join lateral jsonb_each_text(to_jsonb(features)) as feature
    where features.snapshot_on = $as_of
        and feature.key in ($features)
        and mod(abs(hashtext(features.customer_id)::bigint), $every) < 1
),

deciles as (
    select
        feature,
        percentile_disc(array[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) within group (order by value) as quantiles
    from values_now
    group by feature
),

edged as (
    select
        feature,
        array(select distinct quantile from unnest(quantiles) as quantile where quantile is not null order by 1) as edges
    from deciles
),

binned as (
    select
        values_now.feature,
        case when values_now.value is null then 1 else 2 + width_bucket(values_now.value, edged.edges) end as bin,
        count(*) as count_bin
    from values_now
    inner join edged on values_now.feature = edged.feature
    where cardinality(edged.edges) > 0 or values_now.value is null
    group by 1, 2
),

features as (
    select
        edged.feature,
        edged.edges,
        sum(coalesce(binned.count_bin, 0)) as count_rows,
        array_agg(coalesce(binned.count_bin, 0) order by number.bin) as counts
    from edged
    cross join lateral generate_series(1, cardinality(edged.edges) + 2) as number (bin)
    left join binned on edged.feature = binned.feature and number.bin = binned.bin
    group by edged.feature, edged.edges
),

stages as (
    select
        stage,
        count(*)::double precision / sum(count(*)) over () as share_stage
    from marts.customer_stages
    where snapshot_on = $as_of and stage in ($stages)
    group by stage
),

counted as (
    $counted
)

select
    jsonb_build_object(
        'rows', (select jsonb_object_agg(part, count_rows) from counted),
        'count_customers', (select count(*) from marts.customers),
        'count_days', (select $as_of - min((ordered_at at time zone 'UTC')::date) from marts.orders),
        'stages', (select coalesce(jsonb_object_agg(stage, share_stage), '{}') from stages),
        'features', (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'feature', feature,
                    'edges', edges,
                    'shares', array(select count_bin / greatest(count_rows, 1) from unnest(counts) as count_bin),
                    'count_rows', count_rows
                )
            ), '[]')
            from features
        )
    )
