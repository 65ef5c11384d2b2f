"""Makes known traffic through Jool and says what must be in its tables because of it."""
