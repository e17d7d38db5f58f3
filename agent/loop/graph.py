"""The loop, joined:

    perceive -> think -> act -> verify -> record -> recover -> perceive ...
                  |       |                ^  |        |
                  |       +-> perceive     |  +-> end  +-> end
                  +------------------------+

No node has a retry or cache policy: an action that may have happened must not be repeated by the framework.
"""

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent.loop import nodes, routes
from agent.loop.context import Context
from agent.loop.state import State

Graph = CompiledStateGraph[State, Context, State, State]


def build(checkpointer: BaseCheckpointSaver) -> Graph:
    """The compiled graph, with a place for its checkpoints."""
    graph = StateGraph(State, context_schema=Context)
    graph.add_node("perceive", nodes.perceive)
    graph.add_node("think", nodes.think)
    graph.add_node("act", nodes.act)
    graph.add_node("verify", nodes.verify)
    graph.add_node("record", nodes.record)
    graph.add_node("recover", nodes.recover)
    graph.add_edge(START, "perceive")
    graph.add_edge("perceive", "think")
    graph.add_conditional_edges("think", routes.after_think, ["act", "record"])
    graph.add_conditional_edges("act", routes.after_act, ["verify", "perceive"])
    graph.add_edge("verify", "record")
    graph.add_conditional_edges("record", routes.after_record, ["recover", END])
    graph.add_conditional_edges("recover", routes.after_recover, ["perceive", END])
    return graph.compile(checkpointer=checkpointer)
