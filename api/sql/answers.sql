-- The answer to a key is written once.
CALL guard_what_is_written('api_answer', 'UPDATE OR DELETE OR TRUNCATE');
REVOKE UPDATE, DELETE, TRUNCATE ON api_answer FROM wallet_web;
