"""Business papers that nobody ever sent, drawn from a seed, with what they say and where: invoices, receipts, orders
and tables, as a browser prints them and as a scanner would see them."""
