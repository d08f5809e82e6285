"""``binome serve`` and ``binome demo``."""

import argparse

from server.cli.at_hand import read_settings, run, say


def serve(_arguments: argparse.Namespace) -> int:
    settings = read_settings()
    from server import serve

    run(serve.serve(settings))
    return 0


def add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--code", action="store_true", help="print the six digits that its staff are asked for now")


def demo(arguments: argparse.Namespace) -> int:
    settings = read_settings()
    if arguments.code:
        from server.demo import second_step

        say(second_step.code(settings.data))
        return 0
    from server.demo.present import prepare
    from server.serve import serve

    run(serve(settings, lambda app: prepare(app, settings)))
    return 0
