"""The library at the command line, a module for each kind of file or task. What is wrong is one sentence."""
