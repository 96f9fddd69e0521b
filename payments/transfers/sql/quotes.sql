-- A quote that nobody was shown may be renewed (UPDATE); no quote may be deleted.
REVOKE DELETE, TRUNCATE ON payments_quote FROM wallet_web;
