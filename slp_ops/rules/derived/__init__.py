"""What rules see in the facts: values derived once a device, each with a ``derive`` that says its needs."""
