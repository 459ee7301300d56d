-- A stage that goes once the last of its people has moved: until then it takes nobody new in, and leads to the
-- stage that takes them.
ALTER TABLE stages ADD COLUMN goes_to TEXT;
