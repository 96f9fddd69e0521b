"""The schemas of the systems whose exports are read, as facts: what their own migrations create in SQLite."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

# Strichliste 2, migration Version20190101000000; Version20191013083741 adds the table barcode and drops the column.
STRICHLISTE = (
    "CREATE TABLE article (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, precursor_id INTEGER DEFAULT NULL,"
    " name VARCHAR(255) NOT NULL, amount INTEGER NOT NULL, active BOOLEAN NOT NULL, created DATETIME NOT NULL,"
    " usage_count INTEGER NOT NULL)",
    "CREATE TABLE transactions (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, user_id INTEGER NOT NULL,"
    " article_id INTEGER DEFAULT NULL, recipient_transaction_id INTEGER DEFAULT NULL,"
    " sender_transaction_id INTEGER DEFAULT NULL, quantity INTEGER DEFAULT NULL, comment VARCHAR(255) DEFAULT NULL,"
    " amount INTEGER NOT NULL, deleted BOOLEAN NOT NULL, created DATETIME NOT NULL)",
    'CREATE TABLE "user" (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name VARCHAR(64) NOT NULL,'
    " email VARCHAR(255) DEFAULT NULL, balance INTEGER NOT NULL, disabled BOOLEAN NOT NULL, created DATETIME NOT NULL,"
    " updated DATETIME DEFAULT NULL)",
    "CREATE TABLE barcode (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, article_id INTEGER NOT NULL,"
    " barcode VARCHAR(32) NOT NULL, created DATETIME NOT NULL)",
)
# Strichliste 1: lib/util/createDatabase.js and its migrations 2 and 3.
STRICHLISTE_1 = (
    "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name text,"
    " createDate DATETIME DEFAULT current_timestamp)",
    "CREATE TABLE transactions (id INTEGER PRIMARY KEY AUTOINCREMENT, userId INTEGER,"
    " createDate DATETIME DEFAULT current_timestamp, value NUMERIC)",
    "ALTER TABLE users ADD COLUMN active INTEGER DEFAULT 1",
    "ALTER TABLE users ADD COLUMN mailAddress text",
    "ALTER TABLE transactions ADD COLUMN comment TEXT",
)
# Kaffeekasse: what Django makes in SQLite of its store/models.py.
KAFFEEKASSE = (
    "CREATE TABLE auth_user (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, password varchar(128) NOT NULL,"
    " username varchar(150) NOT NULL UNIQUE, first_name varchar(30) NOT NULL, last_name varchar(150) NOT NULL,"
    " email varchar(254) NOT NULL, is_active bool NOT NULL)",
    "CREATE TABLE store_userdata (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, money decimal NOT NULL,"
    " shown_on_login_screen bool NOT NULL, auth_id integer NOT NULL UNIQUE)",
    "CREATE TABLE store_product (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name text NOT NULL,"
    " stock integer NOT NULL, price decimal NOT NULL, category_id integer NOT NULL)",
    "CREATE TABLE store_productidentifier (id integer NOT NULL PRIMARY KEY, ident_type integer NOT NULL,"
    " ident text NOT NULL, product_id integer NOT NULL)",
    "CREATE TABLE store_charge (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, time_stamp datetime NOT NULL,"
    " amount decimal NOT NULL, annulled bool NOT NULL, user_id integer NOT NULL)",
    "CREATE TABLE store_purchase (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, time_stamp datetime NOT NULL,"
    " price decimal NOT NULL, annulled bool NOT NULL, product_id integer NULL, user_id integer NOT NULL)",
    "CREATE TABLE store_transfer (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, time_stamp datetime NOT NULL,"
    " amount decimal NOT NULL, annulled bool NOT NULL, receiver_id integer NULL, sender_id integer NULL)",
)


def database(*statements: str, rows: Sequence[tuple[str, Sequence[tuple[object, ...]]]] = ()) -> bytes:
    """An SQLite file made by these statements, with `rows` of each table: as "table (columns)", and their values."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            for into, values in rows:
                places = ", ".join("?" * len(values[0]))
                connection.executemany(f"INSERT INTO {into} VALUES ({places})", values)
            connection.commit()
        return path.read_bytes()


def strichliste(**more: Sequence[tuple[object, ...]]) -> bytes:
    """Three people: Ada bought a coffee, undid another, and sent 2.00 to Ben, whose stored balance is 0.50 too high."""
    people = [
        (1, "Ada", "ada@example.org", 650, 0, "2020-01-01 00:00:00"),
        (2, "Ben Blum", None, 250, 0, "2020-01-01 00:00:00"),
        (3, "Cleo", None, 0, 1, "2020-01-01 00:00:00"),
        *more.get("people", ()),
    ]
    columns = (
        "id, user_id, article_id, recipient_transaction_id, sender_transaction_id, comment, amount, deleted, created"
    )
    moves = [
        (1, 1, None, None, None, "cash", 1000, 0, "2020-02-01 09:00:00"),
        (2, 1, 1, None, None, None, -150, 0, "2020-02-02 09:00:00"),
        (3, 1, 1, None, None, None, -150, 1, "2020-02-03 09:00:00"),
        (4, 1, None, 5, None, "lunch", -200, 0, "2020-02-04 09:00:00"),
        (5, 2, None, None, 4, "lunch", 200, 0, "2020-02-04 09:00:00"),
        *more.get("moves", ()),
    ]
    return database(
        *STRICHLISTE,
        rows=[
            ('"user" (id, name, email, balance, disabled, created)', people),
            (f"transactions ({columns})", moves),
            ("article (id, name, amount, active, created, usage_count)", [(1, "Coffee", 150, 1, "2020-01-01", 2)]),
            ("barcode (article_id, barcode, created)", [(1, "4012345678901", "2020-01-01")]),
        ],
    )


def strichliste_1() -> bytes:
    return database(
        *STRICHLISTE_1,
        rows=[
            ("users (id, name, active, mailAddress)", [(1, "Ada", 1, "ada@example.org"), (2, "Ben", 0, None)]),
            (
                "transactions (userId, value, comment)",
                [(1, 10, "cash"), (1, -1.5, None), (1, -0.1, None), (2, 3, None)],
            ),
        ],
    )


def kaffeekasse() -> bytes:
    return database(
        *KAFFEEKASSE,
        rows=[
            (
                "auth_user (id, password, username, first_name, last_name, email, is_active)",
                [(7, "secret", "ada", "Ada", "Ahrens", "ada@example.org", 1), (8, "secret", "ben", "", "", "", 1)],
            ),
            ("store_userdata (id, money, shown_on_login_screen, auth_id)", [(1, 6.5, 1, 7), (2, 2, 1, 8)]),
            ("store_product (id, name, stock, price, category_id)", [(1, "Coffee", 40, 1.5, 1)]),
            ("store_productidentifier (id, ident_type, ident, product_id)", [(1, 329311, "4012345678901", 1)]),
            (
                "store_charge (time_stamp, amount, annulled, user_id)",
                [("2020-02-01", 10, 0, 1), ("2020-02-01", 5, 1, 1)],
            ),
            ("store_purchase (time_stamp, price, annulled, product_id, user_id)", [("2020-02-02", 1.5, 0, 1, 1)]),
            ("store_transfer (time_stamp, amount, annulled, receiver_id, sender_id)", [("2020-02-03", 2, 0, 2, 1)]),
        ],
    )
