"""Direct calls: two adults who agree, from device to device, where their organisation allows it."""
