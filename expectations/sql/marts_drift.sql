-- How far the distribution of each feature on the day is from the last good run's: the population stability index over
-- that run's own deciles and the share of nulls, less its sampling error (the index of two samples of one population is
-- about chi-squared with bins - 1 degrees of freedom over their sizes; Yurdakul 2018). One row per feature, and one for
-- the stages.
with before as (
    select statistics
    from gate.runs
    where gate_run_id = $baseline
),

features_before as (
    select stored.*
    from before
    cross join lateral jsonb_to_recordset(before.statistics -> 'features')
        as stored (feature text, edges double precision [], shares double precision [], count_rows bigint)
),

values_now as (
    select
        feature.key as feature,
        case feature.value when 'true' then 1 when 'false' then 0 else feature.value::double precision end as value
    from marts.customer_features as features
    cross join lateral jsonb_each_text(to_jsonb(features)) as feature
    where features.snapshot_on = $as_of
        and feature.key in ($features)
        and mod(abs(hashtext(features.customer_id)::bigint), $every) < 1
),

binned as (
    select
        values_now.feature,
        case
            when values_now.value is null then 1
            else 2 + width_bucket(values_now.value, features_before.edges)
        end as bin,
        count(*) as count_bin
    from values_now
    inner join features_before on values_now.feature = features_before.feature
    group by 1, 2
),

bins as (
    select
        features_before.feature,
        features_before.count_rows as count_before,
        cardinality(features_before.shares) as count_bins,
        sum(coalesce(binned.count_bin, 0)) over (partition by features_before.feature) as count_now,
        coalesce(binned.count_bin, 0) as count_bin,
        stored.share as share_before
    from features_before
    cross join lateral unnest(features_before.shares) with ordinality as stored (share, bin)
    left join binned on features_before.feature = binned.feature and stored.bin = binned.bin
    union all
    select
        'the shares of the stages' as feature,
        (before.statistics ->> 'count_customers')::bigint as count_before,
        count(*) over () as count_bins,
        sum(count(stages.customer_id)) over () as count_now,
        count(stages.customer_id) as count_bin,
        coalesce((before.statistics -> 'stages' ->> stage.name)::double precision, 0) as share_before
    from before
    cross join unnest(array[$stages]) as stage (name)
    left join marts.customer_stages as stages on stage.name = stages.stage and stages.snapshot_on = $as_of
    group by before.statistics, stage.name
),

shares as (
    select
        feature,
        count_bins,
        1.0 / count_before + 1.0 / count_now as noise,
        greatest(count_bin / count_now, 0.5 / count_now)::double precision as share_now,
        greatest(share_before, 0.5 / count_before)::double precision as share_before
    from bins
    where count_now > 0 and count_before > 0
)

select
    feature as part,
    greatest(
        0,
        sum((share_now - share_before) * ln(share_now / share_before))
        - min(noise) * (min(count_bins) - 1 + 2 * sqrt(2 * (min(count_bins) - 1)))
    )::double precision as stability_index
from shares
group by feature
