"""``binome moderate``: the rules of moderation alone, on lines."""

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    from server.moderation import stdio

    stdio.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    from server.moderation import stdio

    return stdio.main(explained=arguments.explain)
