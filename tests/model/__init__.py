"""The whole system against a model: chance decides who does what, and plain Python says what must come of it.

`books` is the model, `system` does the same through the services, `machine` lets chance act on both and compares after
every step. HYPOTHESIS_PROFILE=long searches at length, with another seed each time.
"""
