"""What a member should know: on the page of notices, and by mail where they want it."""
