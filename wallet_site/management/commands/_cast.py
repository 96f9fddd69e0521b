"""Who lives in the demo, and what they write beside their payments. Well known on purpose: production refuses it."""

PASSWORD = "demo"  # noqa: S105
ADMINISTRATOR = "admin1"  # and the same again as the password
PIN = "246810"

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
)

SIGN_INS = (  # what `./wallet run` prints when it is ready
    (ADMINISTRATOR, ADMINISTRATOR, "administrator"),
    ("alice", PASSWORD, f"member, PIN {PIN}, like everybody's"),
    ("bob", PASSWORD, "member"),
    ("carla", PASSWORD, "member with euros"),
    ("cass", PASSWORD, "cashier"),
    ("tess", PASSWORD, "treasurer"),
    ("audrey", PASSWORD, "auditor"),
)

NOTES = (
    "pizza", "club mate", "cinema", "bus ticket", "laser cutter", "filament", "coffee beans", "birthday present",
    "concert", "groceries", "book", "lunch", "workshop fee", "bike repair", "tea", "half of the taxi",
)  # fmt: skip

ON_TRUST = (("bob", "15"), ("freya", "200"), ("noah", "25"), ("hana", "3000"), ("alice", "20"))

CASH_TODAY = (("jonas", "50"), ("emeka", "20"), ("bob", "10"))

STILL_OPEN = (  # requester, payer, amount in the requester's currency, note
    ("bob", "alice", "12.50", "pizza on Friday"),
    ("carla", "alice", "8.00", "concert"),
    ("alice", "jonas", "20.00", "train ticket"),
)
