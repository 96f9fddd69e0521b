"""Known bugs, and the tests that must find each. They prove that the zeros in
docs/FIGURES.md mean something: the tests do find such mistakes.

`python -m tests.seeded_bugs` plants one bug at a time, runs the tests that must fail, and prints which failed. Only
`tests.buggy_settings` plants a bug, in a test process of its own.
"""
