-- The colour that a business's pages and mails wear.
ALTER TABLE tenants ADD COLUMN colour TEXT NOT NULL DEFAULT 'pine'
    CHECK (colour IN ('pine', 'lake', 'blue', 'violet', 'plum', 'rose', 'brick', 'olive', 'slate'));
