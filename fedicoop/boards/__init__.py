"""Who passes our listings on: boards that one follows from elsewhere, and relays."""
