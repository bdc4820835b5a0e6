"""Running a scenario: source process, log server, learner, report."""
