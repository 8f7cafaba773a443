"""Every store kept to one suite, and the database servers the suite runs on."""
