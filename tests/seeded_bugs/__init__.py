"""Twenty known bugs, and what finds each: the proof that a zero in the tables means something.

`python -m tests.seeded_bugs` plants one at a time, runs the tests that must fail, and prints what found it. A bug is
planted by `tests.buggy_settings` alone, in a process of its own.
"""
