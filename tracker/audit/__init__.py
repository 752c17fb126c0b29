"""The audit log: who did what to which thing, and when; written once, sealed into a chain, verified by anybody.

It is the third record beside the domain's own history, which people read, and pghistory's of reference data (house
decision 8).  `history_triggers` writes it beside every table of history, in the same transaction; `operations`
records what leaves no history; `sealing` binds what was written into the chain, whose arithmetic is in `chain`;
`verifying` holds the log against its seals.
"""
