"""Inference in numpy alone: reading, scoring, choosing, writing."""
