"""A small app that no other room knows: members pledge money to one another, and are thanked.

It brings one of everything that an app can bring, and is installed by the tests' settings alone. That it works without
an edit in another room is the test of the plugs (tests/wallet_site/test_plugs.py).
"""
