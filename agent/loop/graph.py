"""The loop, joined:

    perceive -> think -> guard -> act -> verify -> record -> recover -> perceive ...
                  |       | |      |                ^ ^|        |
                  |       | +-> ask |               | |+-> end  +-> end
                  |       |    | +--|-> perceive    | |
                  |       +----+----|---------------+ |
                  +-----------------|-----------------+
                                    +-> perceive

`ask` waits for a person and does nothing else, so that it may run again from its top.

No node has a retry or cache policy: an action that may have happened must not be repeated by the framework.
"""

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent.loop.context import Context
from agent.loop.nodes import act, ask, guard, perceive, record, recover, think, verify
from agent.loop.routes import after_act, after_ask, after_guard, after_record, after_recover, after_think
from agent.loop.state import State

Graph = CompiledStateGraph[State, Context, State, State]


def build(checkpointer: BaseCheckpointSaver) -> Graph:
    """The compiled graph, with a place for its checkpoints."""
    graph = StateGraph(State, context_schema=Context)
    graph.add_node("perceive", perceive)
    graph.add_node("think", think)
    graph.add_node("guard", guard)
    graph.add_node("ask", ask)
    graph.add_node("act", act)
    graph.add_node("verify", verify)
    graph.add_node("record", record)
    graph.add_node("recover", recover)
    graph.add_edge(START, "perceive")
    graph.add_edge("perceive", "think")
    graph.add_conditional_edges("think", after_think, ["guard", "record", "perceive"])
    graph.add_conditional_edges("guard", after_guard, ["act", "ask", "record"])
    graph.add_conditional_edges("ask", after_ask, ["act", "record", "perceive"])
    graph.add_conditional_edges("act", after_act, ["verify", "perceive"])
    graph.add_edge("verify", "record")
    graph.add_conditional_edges("record", after_record, ["recover", END])
    graph.add_conditional_edges("recover", after_recover, ["perceive", END])
    return graph.compile(checkpointer=checkpointer)
