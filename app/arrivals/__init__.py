"""When vans arrive: computed from plan and reports, told to whoever waits, and compared with what really happened."""
