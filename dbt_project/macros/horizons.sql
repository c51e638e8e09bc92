{#-
    How many days ahead each label looks: as `horizons_days` in `lifecycle.yml` says; else as fixed when the first champion
    was trained; else the label's `horizon_gaps` in the brand's usual gaps (`int_horizons_decided`, which this reads once
    it is built); else the label's own `horizon_days`. By the label's name.
-#}
{% macro horizons_days() %}
    {%- set found = {} %}
    {%- set decided = 'intermediate.int_horizons_decided' %}
    {%- if execute and run_query("select to_regclass('" ~ decided ~ "')::text").rows[0][0] %}
        {%- for row in run_query('select model, horizon_days from ' ~ decided).rows %}
            {%- do found.update({'label_' ~ row[0]: row[1] | int}) %}
        {%- endfor %}
    {%- endif %}
    {%- set all = {} %}
    {%- for node in label_nodes() %}
        {%- set by_hand = var('horizons_days', {}).get(node.name.removeprefix('label_')) %}
        {%- do all.update({node.name: by_hand or found.get(node.name) or node.config.meta.horizon_days}) %}
    {%- endfor %}
    {{- return(dict(all | dictsort)) }}
{% endmacro %}

{#- The different horizons of all labels, as rows of an SQL `values`. -#}
{% macro horizon_rows() -%}
    ({% if execute %}{{ horizons_days().values() | unique | sort | join('), (') }}{% else %}0{% endif %})
{%- endmacro %}

{#- What the label's contracts declare, and `lifecycle.yml` sets, of horizons; as rows. -#}
{% macro declared_horizons() -%}
    {%- if execute %}
    {%- for node in label_nodes() %}
    {%- set name = node.name.removeprefix('label_') %}
    {% if not loop.first %}union all {% endif -%}
    select
        '{{ name }}'::text as model,
        {{ node.config.meta.horizon_days }} as default_days,
        {{ node.config.meta.horizon_gaps or 'null' }}::double precision as horizon_gaps,
        {{ node.config.meta.horizon_at_most_days or 364 }} as at_most_days,
        {{ var('horizons_days', {}).get(name) or 'null' }}::integer as days_by_hand
    {%- endfor %}
    {%- else %}
    select
        null::text as model,
        0 as default_days,
        null::double precision as horizon_gaps,
        0 as at_most_days,
        null::integer as days_by_hand
    {%- endif %}
{%- endmacro %}

{% macro label_nodes() %}
    {%- set found = [] %}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' and node.name.startswith('label_') %}
        {%- do found.append(node) %}
    {%- endfor %}
    {{- return(found | sort(attribute='name')) }}
{% endmacro %}
