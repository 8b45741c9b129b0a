"""Gaps filled better than linearly: networks and neighbours, believed as hidden cells allow."""
