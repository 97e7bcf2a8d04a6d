"""Many machines: what a stage maps over its items is done by the workers of a Ray cluster."""
