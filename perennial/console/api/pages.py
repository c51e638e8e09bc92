"""/docs: the API's description as one plain page, rendered here, that loads nothing from elsewhere."""

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d2b24; }
h2 { margin-top: 2.5rem; text-transform: capitalize; } h3 { margin: 2rem 0 .3rem; font-size: 1rem; }
code, pre { font: 14px/1.5 ui-monospace, monospace; background: #eef3ef; border-radius: 4px; padding: .1rem .3rem; }
pre { padding: .7rem; overflow-x: auto; } table { border-collapse: collapse; margin: .5rem 0; }
td, th { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; border-bottom: 1px solid #d5ded8; }
"""


@router.get("/docs", response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """Every endpoint with its parameters; the machine's version is at /openapi.json."""
    page = "\n".join(_page(request.app.openapi(), str(request.base_url).rstrip("/")))
    return HTMLResponse(page, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})


def _page(schema: dict[str, Any], base_url: str) -> Iterator[str]:
    info = schema["info"]
    yield f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(info['title'])} API</title>"
    yield f"<style>{_STYLE}</style><h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
    yield f"<p>{escape(info['description'])} For machines: <a href='/openapi.json'>/openapi.json</a>."
    yield "<p>Make a key with <code>perennial keys create --scope read</code>, and send it with every request:"
    yield f"<pre>curl -H 'Authorization: Bearer KEY' {escape(base_url)}/v1/audiences</pre>"
    yield "<p>Errors are problem details (RFC 9457), whose <code>detail</code> names the fix."
    for tag, operations in _by_tag(schema).items():
        yield f"<h2>{escape(tag)}</h2>"
        for method, path, operation in operations:
            yield from _operation(method, path, operation)


def _by_tag(schema: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            found.setdefault((operation.get("tags") or ["other"])[0], []).append((method, path, operation))
    return found


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<h3><code>{escape(method.upper())} {escape(path)}</code></h3>"
    key = " Needs a key." if operation.get("security") else " Needs no key."
    yield f"<p>{escape(operation.get('description', ''))}{key}"
    if operation.get("parameters"):
        yield "<table><tr><th>parameter<th>in<th>type<th></tr>"
        for parameter in operation["parameters"]:
            cells = (parameter["name"], parameter["in"], _kind(parameter["schema"]), parameter.get("description", ""))
            yield "<tr>" + "".join(f"<td>{escape(str(cell))}" for cell in cells)
        yield "</table>"


def _kind(schema: dict[str, Any]) -> str:
    options = [option for option in schema.get("anyOf", [schema]) if option.get("type") != "null"]
    kind = " or ".join(
        " | ".join(option["enum"]) if "enum" in option else str(option.get("type")) for option in options
    )
    default = schema.get("default")
    return f"{kind}, by default {default}" if default is not None else kind
