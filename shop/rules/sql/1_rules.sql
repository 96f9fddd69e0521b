-- Rules are followed by newer ones, and never changed: who set them and when stays.
CALL guard_what_is_written('shop_rules', 'UPDATE OR DELETE OR TRUNCATE');
REVOKE UPDATE, DELETE, TRUNCATE ON shop_rules FROM wallet_web;
