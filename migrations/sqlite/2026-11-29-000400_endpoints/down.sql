DROP TABLE delivery_tries;
DROP TABLE deliveries;
DROP TABLE endpoints;
