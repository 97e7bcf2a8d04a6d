"""The lab `primes`."""
