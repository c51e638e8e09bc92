"""The bytes of a file of events to the JSON texts in them, whatever form the file has."""
