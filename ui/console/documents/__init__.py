"""The tab in which documents are dropped, read, corrected, downloaded and sent to a form."""
