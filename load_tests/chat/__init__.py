"""Chat under load: our server and ejabberd, driven by the same scenarios over lean web sockets."""
