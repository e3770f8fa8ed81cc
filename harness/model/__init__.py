"""What flows through the harness: facts, faults, observations, and the words for verdicts."""
