"""What assessing costs and what it finds: `python -m load_tests.moderation [FILE.jsonl …]`, JSON out."""
