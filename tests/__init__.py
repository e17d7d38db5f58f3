"""The tests, in folders that mirror the packages.

This file makes `tests` a package, so that test files share parts: `from tests.page_server import PageServer`.
The folders below need no `__init__.py`: pytest imports by path (`--import-mode=importlib`), so two files may
have the same name.
"""
