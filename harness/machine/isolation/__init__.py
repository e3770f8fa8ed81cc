"""What stands between a stranger's process and the machine: limits, a sandbox, a sure end."""
