"""HandEye for other assistants: tools over the Model Context Protocol; see docs/mcp.md."""
