"""X1, who may open what: everybody asks for every address of the site by every method.

`who_may` has the tables that are the specification, and `specification` reads them. `people` and `objects` make who
asks and what is asked for, through the services. `matrix` asks and compares, through the interface in `asking`.
"""
