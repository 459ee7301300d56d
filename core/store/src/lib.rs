//! The database: diesel over SQLite and PostgreSQL, one file a noun. Sees sealed bytes only.
