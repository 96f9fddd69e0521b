"""Compares the whole system with a model: Hypothesis makes random steps, and the model says what each must result in.

`books` is the model, in plain Python. `system` takes the same steps through the services. `machine` makes the steps and
compares model and system after each. HYPOTHESIS_PROFILE=long searches for longer, with another seed each time.
"""
