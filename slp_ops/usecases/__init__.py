"""What slp-ops does, for one device at a time. Ports in, values out; no terminal, disk or socket here."""
