{#-
    How incremental models know what they hold. Each records, in the transaction that writes it, the newest load and the
    day it was built as of, and a fingerprint of the code and settings it came from: a killed run leaves either the old
    content with the old record or the new with the new. The table is unlogged like the intermediate tables, so after a
    crash of the server the records are lost together with the tables that they describe, and everything is rebuilt.
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
    );
    alter table {{ builds() }} add column if not exists first_event_on date;
    alter table {{ builds() }} add column if not exists count_events bigint;
    -- raw.events is append-only; where something was taken out all the same, what was made of it is made anew.
    delete from {{ builds() }}
    where
        count_events is null
        or count_events > (select count(*) from {{ source('raw', 'events') }} where load_id <= builds.load_id)
{% endmacro %}

{#-
    Post-hook. A model built without all that it is made from (`--select`, a retry) may hold what older code, settings or
    events made of it; it is not trusted, and rebuilt the next time.
-#}
{% macro record_build() %}
    {%- if model.config.materialized == 'incremental' %}
    {%- set left_out = ancestors(model) | map(attribute='unique_id') | reject('in', selected_resources) | list %}
    insert into {{ builds() }} (model, load_id, as_of, fingerprint, first_event_on, count_events)
    select
        '{{ model.name }}',
        load_id,
        as_of,
        '{{ 'built without ' ~ left_out[0] if left_out else fingerprint(model) }}',
        first_event_on,
        count_events
    from intermediate.int_moment_fixed
    on conflict (model) do update set
        load_id = excluded.load_id,
        as_of = excluded.as_of,
        fingerprint = excluded.fingerprint,
        first_event_on = excluded.first_event_on,
        count_events = excluded.count_events,
        built_at = now()
    {%- endif %}
{% endmacro %}

{#- The model and every model it is made from. -#}
{% macro ancestors(node) %}
    {%- set found = {} %}
    {%- set pending = [node.unique_id] %}
    {%- for _ in range(10000) if pending %}
        {%- set unique_id = pending.pop() %}
        {%- if unique_id in graph.nodes and unique_id not in found %}
            {%- do found.update({unique_id: graph.nodes[unique_id]}) %}
            {%- do pending.extend(found[unique_id].depends_on.nodes) %}
        {%- endif %}
    {%- endfor %}
    {{- return(found.values() | sort(attribute='unique_id')) }}
{% endmacro %}

{#- The SQL of this project's macros that nodes use, and that those use in turn. -#}
{% macro macros_used(nodes) %}
    {%- set found = {} %}
    {%- set pending = [] %}
    {%- for node in nodes %}{% do pending.extend(node.depends_on.macros) %}{% endfor %}
    {%- for _ in range(10000) if pending %}
        {%- set unique_id = pending.pop() %}
        {%- set name = unique_id.split('.')[-1] %}
        {%- if unique_id.startswith('macro.' ~ project_name ~ '.') and name not in found %}
            {%- do found.update({name: context[name].macro.macro_sql}) %}
            {%- do pending.extend(context[name].macro.depends_on.macros) %}
        {%- endif %}
    {%- endfor %}
    {{- return(found.values() | sort) }}
{% endmacro %}

{#- A digest of the SQL, macros, columns and meta of a model and its ancestors, and of the settings that they read. -#}
{% macro fingerprint(node) %}
    {%- set nodes = ancestors(node) %}
    {%- set parts = nodes | map(attribute='raw_code') | list + macros_used(nodes) %}
    {%- set names = modules.re.findall("var\\(\\s*'(\\w+)'", parts | join('\n')) | unique | reject('equalto', 'as_of') %}
    {%- for name in names | sort %}
        {%- do parts.append(name ~ '=' ~ (horizons_days() if name == 'horizons_days' else var(name, none))) %}
    {%- endfor %}
    {%- for part in nodes %}
        {%- do parts.append(part.config.meta | string) %}
        {%- for column in part.columns.values() %}{% do parts.append(column.name ~ ' ' ~ column.data_type) %}{% endfor %}
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
