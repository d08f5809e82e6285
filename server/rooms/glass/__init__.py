"""Breaking the glass: a professional who does not answer for a pair reads its messages, and it is told."""
