"""The names of people, for the SQL of other rooms, which may not name this room's tables."""

PEOPLE = "(SELECT id, username, first_name, last_name FROM accounts_user)"
