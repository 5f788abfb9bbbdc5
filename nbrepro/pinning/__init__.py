"""What a kernel must find at its start so that two runs can be equal, and the ways to start one so."""
