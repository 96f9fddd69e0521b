-- A quote that nobody was shown may be renewed; none is taken away.
REVOKE DELETE, TRUNCATE ON payments_quote FROM wallet_web;
