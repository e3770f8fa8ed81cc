"""From ports to verdicts: goldens fed, observations compared, one word for each port."""
