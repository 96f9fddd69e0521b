"""A small example app: members pledge money to one another, and are thanked. No other room imports it.

It has one of every plug, and only the tests' settings install it. It works without a change in another room, which is
what tests/wallet_site/test_plugs.py proves.
"""
