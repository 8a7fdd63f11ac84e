"""What `trilogue picture track` reads, says and writes."""
