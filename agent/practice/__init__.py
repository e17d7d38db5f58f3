"""Practice: tasks are played to learn from, by scripted solvers that show how, or by the policy that learns.

What plays needs a browser and the engine; what learns is in `agent.training` and needs neither.
"""
