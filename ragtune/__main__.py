"""`python -m ragtune` is `ragtune`."""

from ragtune.cli import main

main()
