"""Local stand-ins of the platforms: the real adapters run against them in rehearsals, the demo and the tests."""
