"""Criteria in a user's words, and two codes that differ in security alone, for every way of asking a judge."""

INSTRUCTION = "Find the ids of the users with a name."
OPEN = """import sqlite3


def find(connection, name):
    return connection.execute("SELECT id FROM users WHERE name = '" + name + "'").fetchall()
"""
SAFE = """import sqlite3


def find(connection, name):
    return connection.execute("SELECT id FROM users WHERE name = ?", (name,)).fetchall()
"""
MEANS_SECURITY = ("security", "Security", "Which code is more secure against SQL injection?")
"""The evidence judge prefers the safe code by each; by correctness it is undecided."""
MEANS_NO_ASPECT = "more idiomatic"
NO_ASPECT = "The criterion is none of correctness, efficiency and security."
"""What the evidence judge says of a criterion that means no aspect."""
