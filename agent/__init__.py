"""The agent: a LangGraph loop of model and tools, the models it can speak to, and what they are told."""
