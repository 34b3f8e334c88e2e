"""The published contract: the AsyncAPI document made of one table, and what is held against the last release."""
