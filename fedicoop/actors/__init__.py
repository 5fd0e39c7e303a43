"""Who speaks: the server, our coops and members, and everybody we have heard of."""
