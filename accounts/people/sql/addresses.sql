-- User.email follows what the person has confirmed, whoever writes to the addresses (allauth does), and however. So the column holds
-- confirmed addresses alone, and its unique index compares them in lower case.
CREATE OR REPLACE FUNCTION accounts_keep_address() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    person    bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.user_id ELSE NEW.user_id END;
    confirmed text;
BEGIN
    SELECT email INTO confirmed FROM account_emailaddress WHERE user_id = person AND verified ORDER BY "primary" DESC, id LIMIT 1;
    UPDATE accounts_user SET email = coalesce(confirmed, '') WHERE id = person AND email <> coalesce(confirmed, '');
    RETURN NULL;
END $$;
ALTER FUNCTION accounts_keep_address() SET search_path = public, pg_temp;
REVOKE ALL ON FUNCTION accounts_keep_address() FROM PUBLIC;

CREATE OR REPLACE TRIGGER address_is_kept AFTER INSERT OR UPDATE OR DELETE ON account_emailaddress
    FOR EACH ROW EXECUTE FUNCTION accounts_keep_address();
ALTER TABLE account_emailaddress ENABLE ALWAYS TRIGGER address_is_kept;
