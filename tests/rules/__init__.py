"""Time: calendars, periods, due dates, receipts and the command `due`."""
