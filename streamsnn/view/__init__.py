"""What people see of a run: live view, tables, pictures and the report."""
