"""What is fed with bytes at random: `make fuzz` (atheris, which follows the paths of the code), and by
hypothesis in tests/test_fuzz.py.
"""
