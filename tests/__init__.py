"""The tests mirror the code: tests/offers/test_service.py is about app/offers/service.py."""
