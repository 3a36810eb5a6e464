"""The command line `finsam`: one module per command, `screen` for what they share.

Belongs here: options, what a person sees, exit codes. Does not belong here: the work itself.
Everything heavy is imported inside the commands, so that help and mistakes are quick.
"""
