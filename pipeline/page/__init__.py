"""The report as a page of HTML: pure functions from names and numbers to markup.

What the numbers mean is known here, where they come from is not: no artifact, no network, no file.
"""
