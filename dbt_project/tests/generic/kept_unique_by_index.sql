{#- The database itself keeps these columns unique: there is a unique index on exactly them, valid and in use. -#}
{% test kept_unique_by_index(model, columns) %}

with indexes as (

    select
        array_agg(pg_attribute.attname::text order by pg_attribute.attname) as columns
    from pg_index
    inner join pg_attribute
        on pg_index.indrelid = pg_attribute.attrelid and pg_attribute.attnum = any(pg_index.indkey)
    where
        pg_index.indrelid = '{{ model }}'::regclass
        and pg_index.indisunique
        and pg_index.indisvalid
        and pg_index.indpred is null
    group by pg_index.indexrelid

)

select 'no unique index on {{ columns | join(", ") }}' as problem
where not exists (
    select from indexes
    where indexes.columns = array['{{ columns | sort | join("', '") }}']
)

{% endtest %}
