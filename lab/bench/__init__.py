"""`./wallet bench`: how fast the wallet is, compared with programs that anybody can run.

A *side* is one thing that is measured. One measurement of a side gives *readings*. An *experiment* sets up its sides
and what they need. A *figure* is one number computed from readings, mostly one side divided by another, and its *goal*.
Machines are small and noisy, so the sides of an experiment are measured in turns, several times, in one run.
"""
