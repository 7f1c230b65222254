"""The operator's command line and the local stack; never shipped to Lambda."""
