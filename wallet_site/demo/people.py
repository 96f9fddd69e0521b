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
    ("kiosk", "Corner", "Kiosk", "GBP", "merchant"),
)

SIGN_INS = (  # what `./wallet run` prints when it is ready
    (ADMINISTRATOR, ADMINISTRATOR, "administrator"),
    ("alice", PASSWORD, f"member, PIN {PIN}, like everybody's"),
    ("bob", PASSWORD, "member"),
    ("carla", PASSWORD, "member with euros"),
    ("cass", PASSWORD, "cashier"),
    ("tess", PASSWORD, "treasurer"),
    ("audrey", PASSWORD, "auditor"),
    ("kiosk", PASSWORD, "merchant"),
)

NOTES = (
    "pizza", "club mate", "cinema", "bus ticket", "laser cutter", "filament", "coffee beans", "birthday present",
    "concert", "groceries", "book", "lunch", "workshop fee", "bike repair", "tea", "half of the taxi",
)  # fmt: skip

GOODS = ("club mate", "filter coffee", "crisps", "sandwich", "screws M3", "notebook", "lemonade", "apple cake")

WAGES = """\
recipient,amount,note
alice,24.00,Kitchen
bob,18.50,Front door
emeka,31.00,Repairs
cass,24.00,Till
"""

SET_ASIDE = (  # payer, payee, amount in the payer's currency, purpose, note
    ("bob", "alice", "14.00", "two_step", "your half of the tent"),
    ("alice", "bob", "25.00", "authorization", "key of the workshop"),
    ("emeka", "kiosk", "20.00", "authorization", "deposit on the coffee urn"),
)
TAKEN = ("kiosk", "6.50")  # of the last of these: a cup was broken

ON_TRUST = (("bob", "15"), ("freya", "200"), ("noah", "25"), ("hana", "3000"), ("alice", "20"))

CASH_TODAY = (("jonas", "50"), ("emeka", "20"), ("bob", "10"))

STILL_OPEN = (  # requester, payer, amount in the requester's currency, note
    ("bob", "alice", "12.50", "pizza on Friday"),
    ("carla", "alice", "8.00", "concert"),
    ("alice", "jonas", "20.00", "train ticket"),
)
