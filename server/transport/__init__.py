"""Tool-kits that know no capability: endpoints, the gateway, static files."""
