"""What people look at, send and read: one ReportView, many forms."""
