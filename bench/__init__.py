"""Measures of what the program costs, each beside a floor that is measured in the same run.

python -m bench NAME [--json]
"""
