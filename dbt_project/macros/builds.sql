{#-
    How incremental models know what they hold. Each records, in the transaction that writes it, the newest load and the
    day it was built as of, and a fingerprint of the code and settings it came from: a killed run leaves either the old
    content with the old record or the new with the new. The table is unlogged like the intermediate tables, so after a
    crash of the server the records are lost together with what they speak of, and everything is built anew.
-#}

{% macro builds() %}{{ return('intermediate.builds') }}{% endmacro %}

{% macro create_builds() %}
    create schema if not exists intermediate;
    create unlogged table if not exists {{ builds() }} (
        model text primary key,
        load_id bigint not null,
        as_of date not null,
        fingerprint text not null,
        built_at timestamptz not null default now()
    )
{% endmacro %}

{#- Post-hook. What was built on something older than the present moment is not trusted the next time. -#}
{% macro record_build() %}
    {%- if model.config.materialized == 'incremental' %}
    insert into {{ builds() }} (model, load_id, as_of, fingerprint)
    select
        '{{ model.name }}',
        moment.load_id,
        moment.as_of,
        case when not exists (
            select from {{ builds() }} as upstream
            where
                upstream.model in ('{{ ancestors(model) | map(attribute="name") | join("', '") }}')
                and upstream.model <> '{{ model.name }}'
                and (upstream.load_id, upstream.as_of) is distinct from (moment.load_id, moment.as_of)
        ) then '{{ fingerprint(model) }}' else 'built on something older' end
    from intermediate.int_moment_fixed as moment
    on conflict (model) do update set
        load_id = excluded.load_id,
        as_of = excluded.as_of,
        fingerprint = excluded.fingerprint,
        built_at = now()
    {%- endif %}
{% endmacro %}

{#- The model and every model it is made from. -#}
{% macro ancestors(node) %}
    {%- set found = [] %}
    {%- set pending = [node.unique_id] %}
    {%- for _ in range(10000) if pending %}
        {%- set unique_id = pending.pop() %}
        {%- if unique_id in graph.nodes and graph.nodes[unique_id] not in found %}
            {%- do found.append(graph.nodes[unique_id]) %}
            {%- do pending.extend(graph.nodes[unique_id].depends_on.nodes) %}
        {%- endif %}
    {%- endfor %}
    {{- return(found | sort(attribute='unique_id')) }}
{% endmacro %}

{#- A digest of the SQL and columns of a model and its ancestors, and of the settings that they read. -#}
{% macro fingerprint(node) %}
    {%- set parts = [] %}
    {%- for part in ancestors(node) %}
        {%- do parts.append(part.raw_code) %}
        {%- for column in part.columns.values() %}{% do parts.append(column.name ~ ' ' ~ column.data_type) %}{% endfor %}
        {%- for name in modules.re.findall("var\\(\\s*'(\\w+)'", part.raw_code) if name != 'as_of' %}
            {%- do parts.append(name ~ '=' ~ var(name, none)) %}
        {%- endfor %}
    {%- endfor %}
    {{- return(local_md5(parts | join('\n'))) }}
{% endmacro %}

{#- dbt's own macro, so that a changed model, ancestor or setting rebuilds an incremental model without being asked. -#}
{% macro should_full_refresh() %}
    {%- set asked = config.get('full_refresh') %}
    {%- if asked is none %}{% set asked = flags.FULL_REFRESH %}{% endif %}
    {%- if asked or not execute or model.config.materialized != 'incremental' %}{{ return(asked) }}{% endif %}
    {%- if run_query("select to_regclass('" ~ builds() ~ "')::text").rows[0][0] is none %}{{ return(true) }}{% endif %}
    {%- set recorded = run_query("select fingerprint from " ~ builds() ~ " where model = '" ~ model.name ~ "'").rows %}
    {{- return(recorded | length == 0 or recorded[0][0] != fingerprint(model)) }}
{% endmacro %}
