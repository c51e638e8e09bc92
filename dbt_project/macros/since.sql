{#- The newest load that an appending model already holds; it adds those after it. -#}
{% macro newest_load_built() -%}
    {%- if is_incremental() -%}
        (select load_id from {{ builds() }} where model = '{{ this.name }}')
    {%- else -%}
        0
    {%- endif -%}
{%- endmacro %}

{#- The day that the model was built as of; now, if it was not. -#}
{% macro day_built() -%}
    {%- if is_incremental() -%}
        (select as_of from {{ builds() }} where model = '{{ this.name }}')
    {%- else -%}
        'infinity'::date
    {%- endif -%}
{%- endmacro %}

{#- The first day whose content may differ from what the model holds; it rebuilds from that day on. -#}
{% macro changed_on() -%}
    {{ _first_day_since('changed_on', ref('int_builds_compared')) }}
{%- endmacro %}

{#- The same for models that show past events under the names of today, whoever was identified since. -#}
{% macro renamed_on() -%}
    {{ _first_day_since('renamed_on', ref('int_builds_compared')) }}
{%- endmacro %}

{% macro _first_day_since(column, compared) -%}
    {%- if is_incremental() -%}
        (select coalesce(min({{ column }}), 'infinity') from {{ compared }} where model = '{{ this.name }}')
    {%- else -%}
        '-infinity'::date
    {%- endif -%}
{%- endmacro %}

{#- Pre-hook: forget the days that `changed_on` is about to rebuild, and those that are not known any more. -#}
{% macro forget_changed_days(day) %}{{ _forget_days(day, changed_on()) }}{% endmacro %}

{% macro forget_renamed_days(day) %}{{ _forget_days(day, renamed_on()) }}{% endmacro %}

{% macro _forget_days(day, first_day) %}
    {%- if is_incremental() %}
    delete from {{ this }}
    where
        {{ day }} >= {{ first_day }}
        or {{ day }} > (select as_of from intermediate.int_moment_fixed)
    {%- endif %}
{% endmacro %}

{#- The same for models by snapshot day, whose last day is not a weekly one. -#}
{% macro forget_changed_snapshots(horizon_days=0) %}
    {%- if is_incremental() %}
    delete from {{ this }}
    where
        snapshot_on + {{ horizon_days }} >= {{ changed_on() }}
        or snapshot_on + {{ horizon_days }} > (select as_of from intermediate.int_moment_fixed)
        or snapshot_on not in (select snapshot_on from intermediate.int_snapshot_days_listed)
    {%- endif %}
{% endmacro %}

{#- The same for models of orders: those with a version from the renamed days. -#}
{% macro forget_renamed_orders() %}
    {%- if is_incremental() %}
    delete from {{ this }}
    where order_id in (select order_id from intermediate.int_orders_versioned where known_on >= {{ renamed_on() }})
    {%- endif %}
{% endmacro %}
