import resource

from server.infra.open_files import raise_limit


def test_the_limit_only_grows_and_stays_within_what_is_allowed() -> None:
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
        raised = raise_limit()
        assert raised > 256
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (raised, hard)
        assert raise_limit() == raised
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))
