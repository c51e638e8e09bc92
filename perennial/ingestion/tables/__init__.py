"""A brand's own tables, CSV or Parquet, turned into Segment-spec events and sent the way of every event."""
