"""The loop as a graph: state (plain data), context (live handles), nodes, routes, graph."""
