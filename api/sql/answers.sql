-- The stored answer to a key never changes: the trigger refuses it, and the web role has no right to try.
CALL guard_what_is_written('api_answer', 'UPDATE OR DELETE OR TRUNCATE');
REVOKE UPDATE, DELETE, TRUNCATE ON api_answer FROM wallet_web;
