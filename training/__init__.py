"""Mawaqif: sections, quoted actors and their stances in Arabic news."""
