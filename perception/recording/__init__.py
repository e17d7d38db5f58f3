"""Recordings of screens: which frames of a video to look at, what changed in it and where the pointer was.

A video comes from anywhere, so it is opened in a process of its own (`worker`), and `film` alone decodes.
"""
