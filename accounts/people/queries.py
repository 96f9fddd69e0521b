"""Who people are, for the SQL of other apps: they name no table of this one."""

PEOPLE = "(SELECT id, username, first_name, last_name FROM accounts_user)"
