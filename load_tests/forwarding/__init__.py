"""What forwarding one RTP packet costs: our engine and Janus, the same page of real Chromium on both."""
