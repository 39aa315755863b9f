"""Papers we make: the receipt as PDF, typical documents as DOCX. Pure: facts in, bytes out."""
