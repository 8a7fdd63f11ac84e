"""What `trilogue.cli.audit` is made of: where logs are read, what is kept, how it is told."""
