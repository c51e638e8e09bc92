"""What events and people state about consent, into the ledger."""
