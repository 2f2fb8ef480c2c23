"""State under the agents: columns, keyed randomness and the event ledger."""
