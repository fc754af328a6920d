"""Reading files in processes of their own: formats, what a file says, and the process that is asked.

Nothing here knows the database, tasks or the graph: such a process starts for nearly every file, and what it imports
is what its reader waits for.
"""
