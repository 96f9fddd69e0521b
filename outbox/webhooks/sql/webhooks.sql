-- A ping is an event as any other, for the owner of the endpoint. The web role may not write events.
CREATE OR REPLACE FUNCTION outbox_tell_of_ping() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    PERFORM events_write('ping', NEW.reference, ARRAY[NEW.user_id]);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER listeners_are_told AFTER UPDATE ON outbox_endpoint FOR EACH ROW
    WHEN (OLD.pinged_at IS DISTINCT FROM NEW.pinged_at) EXECUTE FUNCTION outbox_tell_of_ping();
CALL events_of_web_role('outbox_tell_of_ping()');
