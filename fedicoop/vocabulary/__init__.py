"""ActivityStreams and ValueFlows as values.  Pure: no clock, no socket, no database."""
