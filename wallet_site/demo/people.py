"""The people of the demo. Their passwords are public on purpose; a production installation refuses them."""

from payments.demo_pin import PIN

PASSWORD = "demo"  # noqa: S105
ADMINISTRATOR = "admin1"  # the administrator's username, and also the password

PEOPLE = (
    (ADMINISTRATOR, "Ada", "Morgan", "GBP", "administrator"),
    ("cass", "Cass", "Carter", "GBP", "cashier"),
    ("tess", "Tess", "Taylor", "GBP", "treasurer"),
    ("audrey", "Audrey", "Adler", "GBP", "auditor"),
    ("alice", "Alice", "Archer", "GBP", "member"),
    ("bob", "Bob", "Baker", "GBP", "member"),
    ("carla", "Carla", "Conti", "EUR", "member"),
    ("dmitri", "Dmitri", "Petrov", "PLN", "member"),
    ("emeka", "Emeka", "Okafor", "GBP", "member"),
    ("freya", "Freya", "Lindqvist", "SEK", "member"),
    ("hana", "Hana", "Sato", "JPY", "member"),
    ("jonas", "Jonas", "Weber", "EUR", "member"),
    ("leila", "Leila", "Haddad", "KWD", "member"),
    ("lucia", "Lucía", "Ortega", "EUR", "member"),
    ("noah", "Noah", "Keller", "CHF", "member"),
    ("priya", "Priya", "Nair", "INR", "member"),
    ("ruby", "Ruby", "Walsh", "AUD", "member"),
    ("sam", "Sam", "Miller", "USD", "member"),
    ("kiosk", "Corner", "Kiosk", "GBP", "merchant"),
)

SIGN_INS = (  # what `./wallet run` prints when it is ready
    (ADMINISTRATOR, ADMINISTRATOR, "administrator"),
    ("alice", PASSWORD, f"member, PIN {PIN}, as for everybody"),
    ("bob", PASSWORD, "member"),
    ("carla", PASSWORD, "member with euros"),
    ("cass", PASSWORD, "cashier"),
    ("tess", PASSWORD, "treasurer"),
    ("audrey", PASSWORD, "auditor"),
    ("kiosk", PASSWORD, "merchant"),
    ("bank", PASSWORD, "bank, also by the JSON wallet as bank@example.org"),
)
