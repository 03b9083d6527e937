"""Food that nobody takes escalates by itself: food banks are asked, then the store, then outlets, each at its hour."""
