"""The stages: what to do. One file a stage, each with its settings, functions and declaration."""
