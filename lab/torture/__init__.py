"""`./wallet torture`: attacks a scratch copy of the installation and says what it survived.

`installation` runs the copy. `members` use it over HTTP and write down what they saw (`history`), while `faults` break
it. `checker` compares what was seen with what the ledger says. `figures` are the rows of the table.
"""
