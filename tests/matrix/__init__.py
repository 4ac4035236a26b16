"""The Airflows and Pythons that the package runs on, tried one by one."""
