"""One guild: what Discord says against what is stored, as a plan, and the plan applied."""
