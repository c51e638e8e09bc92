{#- Nothing can be built as of a day before the first event: stop at once, and say what to do. -#}
{% macro require_events() %}
    {%- if execute and flags.WHICH in ('build', 'run') %}
    {%- set as_of = var('as_of', none) or env_var('PERENNIAL_AS_OF', '') %}
    {%- set query = 'select ' ~ day_of('min(occurred_at)') ~ '::text from ' ~ source('raw', 'events') %}
    {%- set first_event_on = run_query(query).rows[0][0] %}
    {%- if first_event_on is none %}
        {{- exceptions.raise_compiler_error('There are no events yet. Load some: `perennial ingest events FILE`.') }}
    {%- elif as_of and as_of | string < first_event_on %}
        {{- exceptions.raise_compiler_error(
            'Nothing was known as of ' ~ as_of ~ ': the first event is of ' ~ first_event_on ~ '. Ask for a later day.'
        ) }}
    {%- endif %}
    {%- endif %}
{% endmacro %}
