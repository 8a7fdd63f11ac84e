"""The log: appending, proving and verifying, beside another implementation."""
