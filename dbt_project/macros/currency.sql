{#-
    The brand's currency, in which revenue is counted: the one that lifecycle.yml names, else the commonest of all order
    events at the first build. It is written down then and kept, so that a busy month abroad changes no history.
-#}
{% macro brand_currencies() %}{{ return('intermediate.brand_currency') }}{% endmacro %}

{#- On-run-start. -#}
{% macro decide_currency() %}
    create schema if not exists intermediate;
    -- Logged, unlike the tables beside it: what was decided outlives a crash of the server.
    create table if not exists {{ brand_currencies() }} (
        is_decided boolean primary key default true check (is_decided),
        currency text not null,
        share double precision not null,
        decided_at timestamptz not null default now()
    );
    -- Without an order that names one it stays unnamed: what names one later is another currency, and reported.
    insert into {{ brand_currencies() }} (currency, share)
    select
        coalesce(currency, ''),
        coalesce(count(*) / sum(count(*)) filter (where currency is not null) over ()::double precision, 1)
    from (
        select coalesce(
            substring(upper(btrim(properties ->> 'currency')) from '^[A-Z]{3}$'),
            substring(staging.currency_of(properties ->> 'total', null, null) from '^[A-Z]{3}$')
        ) as currency
        from {{ source('raw', 'events') }}
        where
            type = 'track'
            and event in ({{ names_of('Order Completed') }})
            and not exists (select from {{ brand_currencies() }})
    ) as stated
    group by currency
    order by currency is null, count(*) desc, currency
    limit 1
    on conflict do nothing
{% endmacro %}

{#- The brand's currency as SQL; empty where no order named one at the first build, NULL while there was no order. -#}
{% macro brand_currency() -%}
    {%- if var('currency', none) -%}
        {{ quoted(var('currency') | upper) }}
    {%- else -%}
        (select decided.currency from {{ brand_currencies() }} as decided)
    {%- endif -%}
{%- endmacro %}

{#- What one unit of a currency is worth in the brand's: 1 for its own and for amounts without one, NULL when unknown. -#}
{% macro exchange_rate(currency) -%}
    case
        when {{ currency }} is null or {{ currency }} = coalesce({{ brand_currency() }}, {{ currency }}) then 1::numeric
        {%- set rates = var('exchange_rates') %}
        {%- for code in rates if rates is mapping %}
        when {{ currency }} = {{ quoted(code | upper) }} then {{ rates[code] }}
        {%- endfor %}
    end
{%- endmacro %}
