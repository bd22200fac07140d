"""The console: web pages for the people of the council (Flask)."""
