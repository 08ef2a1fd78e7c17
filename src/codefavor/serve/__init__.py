"""The judge in everyday work: an HTTP server with a playground, and an MCP server for agents."""
