"""Scripted solvers for MiniWoB++ tasks: they may read the page, and act as a model does, by mouse and keyboard.

Their use is to show that a task can be done through our environment, and to demonstrate how. No task that is held out
for measuring has one.
"""
