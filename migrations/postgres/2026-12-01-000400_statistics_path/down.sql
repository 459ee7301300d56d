ALTER FUNCTION oxpi_renew_statistics() SET search_path FROM CURRENT;
