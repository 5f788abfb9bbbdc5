"""Renderers: one tree of results, shown as text, HTML, JUnit, Markdown and JSON."""
