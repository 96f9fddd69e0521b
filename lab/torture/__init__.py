"""`./wallet torture`: attacks a scratch installation and reports what it survived.

`installation` runs it. `members` use it over HTTP and record the answers that they get (`history`), while `faults`
break parts of it. `checker` compares the recorded answers with the ledger. `figures` are the rows of the table.
"""
