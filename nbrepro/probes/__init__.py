"""Probes: each reads one part of the fingerprint and changes nothing.

A module a probe, with a function ``read``; `nbrepro.probes.registry.gather` composes them. Probes run in the
user's kernel: they import what is light, look at numpy and torch only when the user has imported them, and
leave environment, generators and settings as they found them.
"""
