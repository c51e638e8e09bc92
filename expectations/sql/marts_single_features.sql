-- How well each single feature predicts the outcome, on the newest labelled day: the area under its ROC curve, mirrored
-- above one half (Mann-Whitney, ties at half). A feature that nearly determines the outcome may leak it. One row per
-- model and feature; none where fewer than 30 had either outcome.
with labels as (
    $labels
),

labelled_values as (
    select
        labels.model,
        labels.is_positive,
        feature.key as feature,
        case feature.value when 'true' then 1 when 'false' then 0 else feature.value::double precision end as value
    from labels
    inner join marts.customer_features as features
        on labels.customer_id = features.customer_id and labels.snapshot_on = features.snapshot_on
    cross join lateral jsonb_each_text(to_jsonb(features)) as feature
    where feature.key in ($features) and feature.value is not null
),

ranked as (
    select
        model,
        feature,
        is_positive,
        rank() over (partition by model, feature order by value)
        + (count(*) over (partition by model, feature, value) - 1) / 2.0 as midrank
    from labelled_values
),

summed as (
    select
        model,
        feature,
        sum(midrank) filter (where is_positive) as rank_sum,
        count(*) filter (where is_positive)::double precision as count_positive,
        count(*) filter (where not is_positive)::double precision as count_negative
    from ranked
    group by model, feature
)

select
    feature || ' for ' || model as part,
    0.5 + abs((rank_sum - count_positive * (count_positive + 1) / 2) / (count_positive * count_negative) - 0.5) as auc
from summed
where count_positive >= 30 and count_negative >= 30
