"""The tables the platform itself writes; dbt owns those of `staging`, `intermediate` and `marts`."""

from perennial.schema.migrations import apply_schema

__all__ = ["apply_schema"]
