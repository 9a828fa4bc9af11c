"""The audit trail is append-only: the database itself refuses to change or delete a line."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION organizations_event_refuse() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only.';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER organizations_event_append_only
    BEFORE UPDATE OR DELETE ON organizations_event
    FOR EACH ROW EXECUTE FUNCTION organizations_event_refuse();
"""
BACKWARD = """
DROP TRIGGER organizations_event_append_only ON organizations_event;
DROP FUNCTION organizations_event_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
