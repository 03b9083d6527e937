"""The way of the database from empty to today, one dated step at a time."""
