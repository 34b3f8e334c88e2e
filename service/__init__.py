"""slaclock."""
