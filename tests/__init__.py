"""The tests. They are a package, so that nobody else's of that name goes before them."""
