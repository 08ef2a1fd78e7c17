"""Reports: results in, tables and one HTML page out. Nothing is judged or scored here."""
