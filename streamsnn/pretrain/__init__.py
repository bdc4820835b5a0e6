"""Offline training of trunks: frozen networks that turn pictures into sparse codes."""
