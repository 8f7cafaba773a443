"""Whether and by when: pure rules. The view a guard receives and the guards themselves, working
days and the calendars they come from, periods and due dates with their receipts, dated parameters.
No clock and no I/O but reading definitions; nothing here knows of cases, stores or HTTP."""
