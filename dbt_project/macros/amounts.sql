{#-
    Amounts as shops write them. What cannot be read beyond doubt is unknown (NULL), never 0 and never a guess: of
    "1.299" nobody can say whether it is more than a thousand, unless `decimal_mark` in lifecycle.yml does.
-#}

{#- An amount, number or text, of a JSON object; NULL when it is missing, unreadable, or larger than `largest_amount`. -#}
{% macro json_amount(object, key) -%}
    {#- Named, so that a changed reading rebuilds whatever was read by the old one (macros/builds.sql). -#}
    {%- if false %}{{ create_amount_functions() }}{% endif -%}
    case jsonb_typeof({{ object }} -> '{{ key }}')
        when 'number'
            then staging.amount_within(({{ object }} -> '{{ key }}')::numeric, {{ var('largest_amount') }})
        when 'string'
            then staging.amount_within(
                staging.amount_of({{ object }} ->> '{{ key }}', {{ quoted(var('decimal_mark', '')) }}),
                {{ var('largest_amount') }}
            )
    end
{%- endmacro %}

{#- The currency that the text of an amount names ("1299.00 EUR", "$12"); NULL when it names none. -#}
{% macro json_amount_currency(object, key, stated) -%}
    case
        when jsonb_typeof({{ object }} -> '{{ key }}') = 'string'
            then staging.currency_of({{ object }} ->> '{{ key }}', {{ stated }}, {{ brand_currency() }})
    end
{%- endmacro %}

{#- Whether a JSON object states something under a key: neither nothing nor a blank text. -#}
{% macro json_states(object, key) -%}
    coalesce(btrim({{ object }} ->> '{{ key }}') <> '', false)
{%- endmacro %}

{#- A text as an SQL literal. -#}
{% macro quoted(text) -%}
    '{{ (text or '') | string | replace("'", "''") }}'
{%- endmacro %}

{#- On-run-start. Functions, as an expression would stand in the SQL of a model a dozen times. -#}
{% macro create_amount_functions() %}
    create schema if not exists staging;

    create or replace function staging.amount_within(amount numeric, largest numeric) returns numeric
    language sql immutable parallel safe
    return case when abs(amount) <= largest then amount end;

    -- Sign, currency, sign, digits, currency, sign: what may stand around the digits of an amount.
    create or replace function staging.amount_parts(written text) returns text[]
    language sql immutable parallel safe
    return regexp_match(
        left(written, 60),
        '^\s*([-\u2212(+]?)\s*([^-\d\s()%.,+\u2212''\u2019]{1,4}\.?)?\s*([-\u2212+]?)\s*'
        '([.,]?\d[\d.,\s\u00a0\u202f''\u2019]*(?:[eE][-+]?\d{1,2})?)\s*([^-\d\s()%.,+\u2212''\u2019]{1,4}\.?)?\s*([-\u2212)]?)\s*$'
    );

    create or replace function staging.amount_of(written text, decimal_mark text) returns numeric
    language sql immutable parallel safe
    as $function$
        select case when is_negative then -1 else 1 end * case
            when digits ~ '^\d{1,15}$' or digits ~ '^\d{1,15}[.]\d{0,10}[eE][-+]?\d{1,2}$' then digits::numeric
            when digits ~ '^\d{1,15}[eE][-+]?\d{1,2}$' then digits::numeric
            -- Both marks: the last one is the decimal one, and the other groups digits.
            when digits ~ '^\d{1,3}(,\d{2,3})*,\d{3}[.]\d{0,10}$' then replace(digits, ',', '')::numeric
            when digits ~ '^\d{1,3}([.]\d{3})+,\d{0,10}$' then translate(digits, ',.', '.')::numeric
            -- One mark several times groups digits.
            when digits ~ '^\d{1,3}(,\d{2,3})+,\d{3}$' or digits ~ '^\d{1,3}([.]\d{3}){2,}$'
                then translate(digits, ',.', '')::numeric
            -- One mark once, before three digits: either may be meant, unless the digits before cannot be a group.
            when digits ~ '^[1-9]\d{0,2}[.,]\d{3}$' then case
                when decimal_mark = '' then null
                when position(decimal_mark in digits) > 0 then translate(digits, ',', '.')::numeric
                else translate(digits, ',.', '')::numeric
            end
            when digits ~ '^\d{0,15}[.,]\d{0,10}$' then translate('0' || digits || '0', ',', '.')::numeric
        end
        from (
            select
                regexp_replace(parts[4], '[\s\u00a0\u202f''\u2019]', '', 'g') as digits,
                -- "12,-" is twelve, "12.50-" is what accountants write for less than nothing.
                parts[1] in ('-', U&'\2212', '(') or parts[3] in ('-', U&'\2212')
                or (parts[6] in ('-', U&'\2212') and parts[4] !~ '[.,]\s*$') as is_negative
            from staging.amount_parts(written) as parts
        ) as read
    $function$;

    create or replace function staging.currency_of(written text, stated text, brand text) returns text
    language sql immutable parallel safe
    as $function$
        select case
            when symbol is null or symbol = '' then null
            when codes is null then upper(symbol)
            when stated = any(codes) then stated
            when brand = any(codes) then brand
            else codes[1]
        end
        from (
            select rtrim(coalesce(nullif(parts[2], ''), parts[5]), '.') as symbol
            from staging.amount_parts(written) as parts
        ) as named
        left join (
            values
            ('€', array['EUR']), ('£', array['GBP', 'EGP', 'LBP']), ('¥', array['JPY', 'CNY']), ('₹', array['INR']),
            (
                '$',
                array[
                    'USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'MXN', 'TWD', 'ARS', 'CLP', 'COP', 'BRL', 'UYU', 'NAD',
                    'JMD'
                ]
            ),
            ('US$', array['USD']), ('A$', array['AUD']), ('C$', array['CAD']), ('CA$', array['CAD']),
            ('R$', array['BRL']), ('HK$', array['HKD']), ('kr', array['SEK', 'NOK', 'DKK', 'ISK']),
            ('Rs', array['INR', 'PKR', 'LKR', 'NPR']), ('Kč', array['CZK']), ('zł', array['PLN']), ('₩', array['KRW']),
            ('₽', array['RUB']), ('₺', array['TRY']), ('₴', array['UAH']), ('₫', array['VND']), ('฿', array['THB']),
            ('₪', array['ILS']), ('₱', array['PHP']), ('₦', array['NGN']), ('R', array['ZAR']), ('Fr', array['CHF'])
        ) as symbols (written_as, codes) on lower(named.symbol) = lower(symbols.written_as)
    $function$;
{% endmacro %}
