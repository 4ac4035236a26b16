"""The bundle in an environment that is made as Amazon MWAA makes one."""
