"""Tables that lie in the warehouse already, as loaders such as Fivetran and Airbyte leave them, read by a contract."""
