-- Pictures are named by what is in them, so none is ever changed. Those that no product shows any more may be deleted.
CALL guard_what_is_written('shop_picture', 'UPDATE OR TRUNCATE');
REVOKE UPDATE, TRUNCATE ON shop_picture FROM wallet_web;
CREATE OR REPLACE TRIGGER is_what_its_name_says BEFORE INSERT ON shop_picture FOR EACH ROW
    WHEN (NEW.digest <> encode(sha256(NEW.content), 'hex')) EXECUTE FUNCTION guard_refuse();
ALTER TABLE shop_picture ENABLE ALWAYS TRIGGER is_what_its_name_says;

-- Who changed what of a product stays.
CALL guard_what_is_written('shop_change', 'UPDATE OR DELETE OR TRUNCATE');
REVOKE UPDATE, DELETE, TRUNCATE ON shop_change FROM wallet_web;
