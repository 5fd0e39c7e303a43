"""What members follow here, and who is told when something comes that they wait for."""
