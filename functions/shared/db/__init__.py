"""The only room that speaks to PostgreSQL: the connection, and one module of queries per noun."""
