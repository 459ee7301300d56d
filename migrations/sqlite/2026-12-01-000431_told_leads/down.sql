DROP TABLE told_leads;
