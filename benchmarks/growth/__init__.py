"""Growth: what a report, a start and a store cost when the log is long."""
