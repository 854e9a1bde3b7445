"""ministack with what this project's deployment needs and its stock release lacks.

One module a gap; each has ``apply()``, says what is missing, and can go when upstream closes it. They replace private
functions, so ``__main__`` refuses any other release. tests/local/ has a test for each that fails without it.
"""
