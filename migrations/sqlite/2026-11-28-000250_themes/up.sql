-- The theme that a business's pages and mails are drawn in: the name of a folder, which may be gone by
-- the time it is asked for. The default one is drawn then.
ALTER TABLE tenants ADD COLUMN theme TEXT NOT NULL DEFAULT 'default';
