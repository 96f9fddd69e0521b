"""`./wallet torture`: attacks a scratch copy of the house and says what it survived.

`house` runs the copy, `members` use it over HTTP and write down what they saw (`history`), `faults` break it meanwhile,
and `checker` compares what was seen with what the ledger says. `figures` are the rows of the table.
"""
