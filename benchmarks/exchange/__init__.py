"""The exchange: reports a second, and how long one is under way."""
