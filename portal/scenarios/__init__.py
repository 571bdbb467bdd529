"""Where credit helps: fifteen scenarios, their facts, and grades that explain themselves."""
