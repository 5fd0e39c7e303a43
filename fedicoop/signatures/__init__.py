"""Who is speaking: HTTP signatures in both forms, digests and keys.

Pure: no clock, no key store, no socket.  A request and the time come in as values; a claim, a
verdict or a set of headers goes out.  `claims.claim` says who claims to have signed and what they
must have signed; the caller finds the key; `claims.verifies` says whether it is true.
"""
