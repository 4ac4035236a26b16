"""Imported by the process that jobs are forked from, and by nothing else: takes it out of the endpoint's process group.

Ctrl-C in a terminal, and whoever stops a whole group, reach the endpoint alone, which then ends its jobs in order.
"""

import os

os.setsid()
