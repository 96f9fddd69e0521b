"""The floor of every file: the rooms from the lowest to the highest, and in each room its modules in the same order.

A module may import modules on lower floors and on its own floor. In FLOORS, `|` or a new line begins the next floor.
Every new file needs an entry here: no folder and no name is exempt. `*` means the name of any feature (a folder in its
room).
"""

from __future__ import annotations

# Each line is a floor. Rooms on the same line must not import each other.
ROOMS = """
    conversion timestamp_rpc
    web api
    events
    accounts ledger
    payments
    shop treasury outbox
    wallet_site
    runtime
    lab
"""

# The modules of a feature. Every room that has features uses these same names.
FEATURES = """
    *.errors *.kinds *.roles *.usernames *.hashers *.pin *.networks
    *.next_steps
    *.models
    *.kitties | *.databases
    *.files *.archives *.plain *.strichliste *.kaffeekasse *.camt *.payable *.payees *.epc *.numbers *.pain
    *.queries *.limits *.addresses *.standing *.requests *.access *.devices *.letters *.alerts
    *.contents
    *.preview *.pricing *.drawings *.opening *.quotes *.tries *.invitations
    *.service *.refunds *.returns
    *.ways
    *.products | *.payouts *.booking *.cards *.approvals *.imports *.texts *.filing *.endings
    *.receipts *.statements *.results *.security
    *.forms *.passwords *.schemas
    *.kept *.search *.calls *.counter
    *.happenings
    *.api *.quotes_api *.views *.staff_views *.adapter
    *.laws *.jobs *.importers *.payables *.panels *.staff *.demo *.health *.monthly
"""

FLOORS = {
    "conversion": """
        money | errors readings | parsing rates | units models | closed_units table documents | fetching storing
        client | views health | urls | apps
    """,
    "timestamp_rpc": """
        gen protocol signature_file | cuts | witness | client server | apps management.commands.timestamp_server
    """,
    "web": """
        errors fields initials paging menus spreadsheets body_limit icons exceptions read_only_admin waiting outages
        refusals
        deadlines models | log_lines limits
        templatetags.money templatetags.menus templatetags.ages
        forms | jobs | apps
    """,
    "api": """
        bodies fields models calls | problems | rates | access codes json_bodies once paging parameters
        cross_origin labels expiry
        kept openapi links examples | face | docs | jobs apps
    """,
    "events": "kinds | models | notices listeners types mails | letters | monthly templatetags.letters | apps",
    "accounts": FEATURES + "models | admin urls | apps",
    "ledger": """
        kinds errors fields prepared
        models.audit models.wallets models.installation models.cuts
        models.transfers models.holds models.seals models.floors | models
        timestamps transactions
        posting wallets reads audit chain installations
        holds floors exchange settlement seals cuts | verification
        laws books freshness | health | jobs admin management.commands.audit management.commands.verify_ledger
        management.commands.adopt_database management.commands.declare_cut
        apps
    """,
    "payments": """
        demo_pin days errors notes scopes importers | owners panels proofs | acting
        | fields json_errors | json_fields templatetags.wallets
    """
    + FEATURES
    + "models | admin urls | apps",
    "shop": "scopes orders.numbers fields desks | templatetags.goods | products.models | sale_points.models"
    + FEATURES.replace("*.preview ", "kiosk.codes *.preview ")
    .replace("*.service *.refunds *.returns", "products.pictures *.service *.returns | stock.counting")
    .replace("*.ways", "kiosk.visits | *.ways")
    .replace("*.receipts ", "kiosk.buying *.receipts ")
    .replace("*.staff_views ", "*.staff_views kiosk.own_views | kiosk.buying_views | ")
    + "models | urls kiosk.urls | apps",
    "outbox": "scopes attempts morning | mail.transport webhooks.signing"
    + FEATURES.replace("*.service ", "events.documents webhooks.guard | webhooks.post | *.service ").replace(
        "*.receipts ", "webhooks.failing | webhooks.sending | webhooks.guide *.receipts "
    )
    + "models urls | messenger | apps management.commands.messenger management.commands.webhook_receiver",
    "treasury": "scopes errors | tables" + FEATURES + "models | urls json_wallet.urls | apps",
    "wallet_site": """
        currency_settings settings page_methods banks
        bare_settings dev_settings plugs models disk demo.people demo.world
        install_sql json_face job_memory checks context_processors views conversion_urls
        worker | health readings | probes health_page | staff
        urls | wsgi apps management.commands.worker management.commands.seed_demo management.commands.create_admin
        management.commands.create_bank
    """,
    "runtime": """
        roles liveness probe old_schema server_user postgres_settings server_process web_process
        supervisor binaries memory front | front.__main__
        embedded_postgres services forks | database_keeper | installation
        management.commands.run management.commands.dev management.commands.database_roles | apps
    """,
    "lab": """
        scratch
        scratch.machine scratch.databases scratch.installation scratch.outcomes scratch.receiver
        scratch.command
        scratch.world
        scratch.goods
        scratch.visitors
        bench bench.figure bench.timing bench.hordak_peer bench.hordak bench.pgbench bench.http_load bench.urls
        bench.load
        bench.figures.conflicts bench.figures.deposits bench.figures.pages bench.figures.sizes bench.figures.transfers
        bench.figures.events bench.figures.purchases
        bench.figures.whole_installation
        bench.figures
        bench.runner bench.table
        torture torture.history torture.proxy torture.wire torture.receiver torture.told
        torture.checker torture.installation
        torture.faults torture.members
        torture.figure torture.volley
        torture.copies torture.outages
        torture.cuts torture.deliveries torture.exchange torture.races torture.services torture.sieges
        torture.clock_jumps torture.full_disk torture.interruptions torture.pauses torture.slow_recovery
        torture.two_servers
        torture.figures
        torture.attacks torture.results
        attacks attacks.addresses attacks.browser attacks.fingerprint attacks.mailbox
        attacks.https_door attacks.likeness attacks.figure attacks.books
        attacks.people attacks.webhooks attacks.banking attacks.kiosks attacks.selling
        attacks.access
        attacks.access.addresses attacks.access.asking attacks.access.fingerprint attacks.access.people
        attacks.access.who_may_in_the_shop | attacks.access.who_may
        attacks.access.objects attacks.access.specification
        attacks.access.matrix
        attacks.access.attack
        attacks.references attacks.codes attacks.secret_links attacks.known_people attacks.paid_files
        attacks.safe_methods
        attacks.confirmations attacks.foreign_ids attacks.forgeries attacks.guesses
        attacks.figures
        attacks.runner | attacks.results
        management.commands.attack management.commands.bench management.commands.torture
        apps
    """,
}

# (A, B): the service of feature A may call the service of feature B.
SERVICES = {
    ("requests", "transfers"),
    ("registration", "transfers"),
    ("top_ups", "transfers"),
    ("orders", "stock"),
    ("kiosk", "orders"),
    ("refunds", "stock"),
    ("storefront", "orders"),
    ("till", "orders"),
}


def floor_of_room(room: str) -> int:
    """The number of the room's floor, 0 for the lowest. Raises KeyError where ROOMS does not list the room."""
    return _numbered(ROOMS)[room]


def floor_in_room(room: str, module: str) -> int:
    """The number of the module's floor in its room, 0 for the lowest.

    `module` is its dotted name without the room. Raises KeyError where FLOORS does not list the module.
    """
    floors = _numbered(FLOORS[room])
    _feature, _, rest = module.partition(".")
    return floors[module] if module in floors or not rest else floors[f"*.{rest}"]


def _numbered(lines: str) -> dict[str, int]:
    floors = [floor.split() for line in lines.splitlines() for floor in line.split("|") if floor.strip()]
    return {name: number for number, names in enumerate(floors) for name in names}
