"""How passwords are stored."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with the parameters that OWASP recommends first: 19 MiB, two passes, one lane.

    With Django's own 100 MiB and eight lanes, a few sign-ins at the same time exhaust a small machine.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
