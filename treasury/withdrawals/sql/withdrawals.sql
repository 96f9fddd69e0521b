CALL guard_what_is_written('treasury_withdrawal', 'DELETE OR TRUNCATE');
CALL guard_only_serializable('treasury_withdrawal', 'INSERT OR UPDATE');
CALL guard_what_is_written('treasury_payoutfile', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_only_serializable('treasury_payoutfile', 'INSERT');
REVOKE DELETE, TRUNCATE ON treasury_withdrawal FROM wallet_web;
REVOKE UPDATE, DELETE, TRUNCATE ON treasury_payoutfile FROM wallet_web;

-- A withdrawal goes in one direction, and what was requested never changes. Who approved it, in which file it is and what paid it are
-- written once.
CREATE OR REPLACE TRIGGER never_goes_back BEFORE UPDATE ON treasury_withdrawal FOR EACH ROW
    WHEN (NOT (OLD.status = 'requested' AND NEW.status IN ('approved', 'cancelled', 'declined', 'expired')
               OR OLD.status = 'approved' AND NEW.status IN ('filed', 'cancelled', 'declined', 'expired')
               OR OLD.status = 'filed' AND NEW.status IN ('settled', 'returned')
               OR OLD.status = 'settled' AND NEW.status = 'returned')
          OR OLD.reference <> NEW.reference OR OLD.member_id <> NEW.member_id OR OLD.wallet_id <> NEW.wallet_id
          OR OLD.clearing_id <> NEW.clearing_id OR OLD.payout_account_id <> NEW.payout_account_id OR OLD.holder <> NEW.holder
          OR OLD.iban <> NEW.iban OR OLD.amount_minor <> NEW.amount_minor OR OLD.hold_id <> NEW.hold_id
          OR OLD.requested_at <> NEW.requested_at
          OR OLD.approver_id IS NOT NULL
             AND (OLD.approver_id IS DISTINCT FROM NEW.approver_id OR OLD.approved_at IS DISTINCT FROM NEW.approved_at)
          OR OLD.file_id IS NOT NULL
             AND (OLD.file_id IS DISTINCT FROM NEW.file_id OR OLD.transfer_id IS DISTINCT FROM NEW.transfer_id))
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE treasury_withdrawal ENABLE ALWAYS TRIGGER never_goes_back;

-- A new withdrawal is only requested, and goes from the member's wallet to an account of the member that can be used by now.
CREATE OR REPLACE FUNCTION treasury_require_payout_account() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.status <> 'requested'
       OR NOT EXISTS (SELECT FROM ledger_wallet w WHERE w.id = NEW.wallet_id AND w.owner_id = NEW.member_id)
       OR NOT EXISTS (SELECT FROM treasury_payoutaccount a
                       WHERE a.id = NEW.payout_account_id AND a.user_id = NEW.member_id AND a.iban = NEW.iban
                         AND a.holder = NEW.holder AND a.removed_at IS NULL AND a.usable_at <= clock_timestamp()) THEN
        RAISE EXCEPTION 'this is not an account to which the member can withdraw now' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER goes_to_an_account_of_the_member BEFORE INSERT ON treasury_withdrawal FOR EACH ROW
    EXECUTE FUNCTION treasury_require_payout_account();
ALTER TABLE treasury_withdrawal ENABLE ALWAYS TRIGGER goes_to_an_account_of_the_member;

-- Who files is not the member whose money goes.
CREATE OR REPLACE FUNCTION treasury_require_other_filer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NOT EXISTS (SELECT FROM treasury_payoutfile f
                    WHERE f.id = NEW.file_id AND f.maker_id <> NEW.member_id AND f.clearing_id = NEW.clearing_id) THEN
        RAISE EXCEPTION 'a withdrawal is filed by another person than its member, with its own bank' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER is_filed_by_another BEFORE UPDATE ON treasury_withdrawal FOR EACH ROW
    WHEN (OLD.file_id IS NULL AND NEW.file_id IS NOT NULL) EXECUTE FUNCTION treasury_require_other_filer();
ALTER TABLE treasury_withdrawal ENABLE ALWAYS TRIGGER is_filed_by_another;

-- At the end of each transaction, a withdrawal and its hold agree: as long as it is open, its amount is on hold for its bank; the hold
-- was captured exactly if it went to the bank. So nothing but a file captures such a hold.
CREATE OR REPLACE FUNCTION treasury_require_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_hold bigint := CASE TG_TABLE_NAME WHEN 'ledger_hold' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'hold_id')::bigint END;
BEGIN
    IF NOT EXISTS (
        SELECT FROM treasury_withdrawal x
          JOIN ledger_hold h ON h.id = x.hold_id
          JOIN treasury_clearing c ON c.id = x.clearing_id
         WHERE x.hold_id = v_hold
           AND h.purpose = 'withdrawal' AND h.source_id = x.wallet_id AND h.target_id = c.wallet_id AND h.amount = x.amount_minor
           AND h.status = CASE
                   WHEN x.status IN ('requested', 'approved') THEN 'open'
                   WHEN x.status IN ('filed', 'settled', 'returned') THEN 'captured'
                   ELSE 'released' END
    ) THEN
        RAISE EXCEPTION 'a withdrawal and its hold do not agree' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS agrees_with_its_hold ON treasury_withdrawal;
CREATE CONSTRAINT TRIGGER agrees_with_its_hold AFTER INSERT OR UPDATE ON treasury_withdrawal DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION treasury_require_agreement();
ALTER TABLE treasury_withdrawal ENABLE ALWAYS TRIGGER agrees_with_its_hold;
DROP TRIGGER IF EXISTS agrees_with_its_withdrawal ON ledger_hold;
CREATE CONSTRAINT TRIGGER agrees_with_its_withdrawal AFTER INSERT OR UPDATE ON ledger_hold DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.purpose = 'withdrawal' AND NEW.status <> 'declined') EXECUTE FUNCTION treasury_require_agreement();
ALTER TABLE ledger_hold ENABLE ALWAYS TRIGGER agrees_with_its_withdrawal;

-- Programs of the member hear of each step, and the bank's of the orders to it. The web role writes the rows, and may not write events.
CREATE OR REPLACE FUNCTION treasury_tell_of_withdrawal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    PERFORM events_write('withdrawal.' || NEW.status, NEW.reference,
        ARRAY[NEW.member_id] || ARRAY(
            SELECT b.user_id FROM treasury_clearing c JOIN treasury_bank b ON b.id = c.bank_id
             WHERE c.id = NEW.clearing_id AND NEW.status = 'filed'));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER listeners_are_told_of_request AFTER INSERT ON treasury_withdrawal FOR EACH ROW
    EXECUTE FUNCTION treasury_tell_of_withdrawal();
CREATE OR REPLACE TRIGGER listeners_are_told_of_step AFTER UPDATE ON treasury_withdrawal FOR EACH ROW
    WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION treasury_tell_of_withdrawal();
CALL events_of_web_role('treasury_tell_of_withdrawal()');
CALL events_of_web_role('treasury_require_payout_account()');     -- the same settings: scanning a small table takes a SIREAD lock on all of it
CALL events_of_web_role('treasury_require_other_filer()');
CALL events_of_web_role('treasury_require_agreement()');
