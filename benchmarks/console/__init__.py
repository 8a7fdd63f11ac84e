"""How quickly the console answers when much is known."""
