"""The pages: shop floor, dispatcher's day, route sheet, driver's phone. No rule lives here."""

from fastapi import FastAPI


def install_pages(app: FastAPI) -> None:
    """Put the pages onto the application."""
