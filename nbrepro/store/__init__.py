"""What is kept under `.nbrepro/`; nothing is imported here, since the kernel uses the journal alone."""
