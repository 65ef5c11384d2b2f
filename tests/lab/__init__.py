"""Real Debian guests with the real Jool kernel module, for tests that need a kernel. See README.md."""
