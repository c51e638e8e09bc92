"""Tables and plots as files: the columns a person named, and the formats there are."""
