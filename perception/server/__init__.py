"""The embedded engine behind the OpenAI API, for machines without a GPU server: `handeye serve`."""
