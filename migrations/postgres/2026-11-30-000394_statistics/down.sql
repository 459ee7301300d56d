DROP FUNCTION oxpi_renew_statistics();
