"""What would happen if: the production rules run on populations and on changed dates.

Scenarios, before and after a reform, what-if, and an auditor that shares no code with the engine.
Refuses to know HTTP and to touch a production database.
"""
