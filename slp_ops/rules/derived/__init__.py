"""Values derived from facts once per device; each ``derive`` declares its needs."""
