"""One JSON text to one event: checked, bounded and typed; nothing here touches a file or a database."""
