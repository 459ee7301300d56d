//! Seals and opens secrets, hashes passwords, derives keys. No database, no HTTP.
