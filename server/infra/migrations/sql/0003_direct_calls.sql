-- Whether adults of an organisation may call each other from device to device, which shows each the other's address.
-- A change is told to every server process, as rights are.

ALTER TABLE organisations ADD COLUMN direct_calls boolean DEFAULT false NOT NULL;

CREATE TRIGGER organisations_rights AFTER UPDATE ON organisations
    FOR EACH ROW WHEN (OLD.direct_calls IS DISTINCT FROM NEW.direct_calls)
    EXECUTE FUNCTION notify_rights('organisation');
