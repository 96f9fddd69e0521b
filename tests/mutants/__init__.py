"""Tests of the tests: small mistakes are made in a file, one at a time, and the tests that cover it must find each.

`python -m tests.mutants` makes them, in memory alone: no file of the tree is ever changed. Ready-made tools run a fresh
test command for each mutant, which here would build a database each time, and know no SQL.
"""
