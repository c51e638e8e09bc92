{#- What programs do on their own: no customer visits, and nobody opens a message. -#}

{#- A visit of a program that names itself (https://developers.google.com/search/docs/crawling-indexing/overview-google-crawlers). -#}
{% macro is_crawler(events) -%}
    ({{ events }}.user_id is null
        and ({{ events }}.type in ('page', 'screen') or {{ events }}.event ~ '^(Product|Cart|Checkout|Promotion)')
        and coalesce({{ events }}.context ->> 'userAgent', '') ~* '{{ crawlers() }}')
{%- endmacro %}

{#- "CUBOT" is a telephone. -#}
{% macro crawlers() -%}
    (?<!cu)bot\M|crawler|spider|slurp|facebookexternalhit|mediapartners-google|headlesschrome|lighthouse|pingdom|bingpreview
{%- endmacro %}

{#- An open by a mail program or its proxy, which fetches pictures unasked; its sender says so, or the program does. -#}
{% macro is_machine_open(events) -%}
    ({{ events }}.event like '% Opened'
        and (
            {%- for key in ['machine_open', 'sg_machine_open', 'is_machine_open', 'is_bot', 'bot'] %}
            {% if not loop.first %}or {% endif %}coalesce(lower({{ events }}.properties ->> '{{ key }}') in ('true', '1'), false)
            {%- endfor %}
            or coalesce({{ events }}.context ->> 'userAgent', '') ~* '{{ image_proxies() }}'
        ))
{%- endmacro %}

{% macro image_proxies() -%}
    googleimageproxy|ggpht\.com|yahoomailproxy|outlookimageproxy|barracuda|mimecast|proofpoint
{%- endmacro %}
