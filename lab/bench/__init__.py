"""`./wallet bench`: how fast the wallet is, beside something anybody can run.

A *side* is one thing that is measured; one measuring of it gives *readings*. An *experiment* sets up its sides and what
they need; a *figure* is one number out of their readings, mostly one side divided by another, and the *goal* it has.
Machines are small and noisy, so sides are measured alternately, several times, in one run.
"""
