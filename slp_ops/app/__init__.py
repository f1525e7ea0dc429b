"""The application layer: one service for each verb, with typed options in and a typed result out.

A service is a plain function ``run(request, operator)``. It reads switches, judges them and keeps the
evidence; it prints nothing and knows no command line. The command line, the public API and other programs
call the same services and render the results. The port ``operator`` answers questions and takes notices.
"""
