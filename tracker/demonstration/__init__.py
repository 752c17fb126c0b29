"""A fictional England to show the service with: trusts, their inspections, CQC's files of them.

Pure: no Django, no database.  Nothing in it is a real organisation except the seven NHS regions.
"""
