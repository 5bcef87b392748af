"""A pipeline turns a configuration into the steps that end in its scores. It is wiring, nothing else."""
