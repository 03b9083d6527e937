"""What any web service has: database, errors, identity, tenancy, idempotency, jobs, audit, clock, paging."""
