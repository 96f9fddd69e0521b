"""How passwords are stored."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """OWASP's first choice for argon2id: 19 MiB, two passes, one lane.

    Django's own 100 MiB and eight lanes let a handful of sign-ins at once exhaust a small machine.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
