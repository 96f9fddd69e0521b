"""Mutation testing: makes small mistakes in a file, one at a time; the tests that cover the file must find each.

Run `python -m tests.mutants`. The mistakes are made in memory alone: no file of the project is ever changed. Existing
tools do not fit: they start a new test command for each mutant, which would build a database each time, and they do not
mutate SQL.
"""
