"""What the collection costs, beside peers that answer the same question in the same run: `make bench`.

`plan` says who works on what and `targets` what is asked of it; `contest` makes the `tables`, lets everybody do its
`work` in a process of its own and holds the `answers` against each other; `report` writes docs/performance.md. The
works themselves are in ``works_*.py`` (the collection) and ``peers_*.py``.
"""
