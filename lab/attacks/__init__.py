"""Attacks on what people may do: each asks an installation for what it must refuse, and lists what was not refused."""
