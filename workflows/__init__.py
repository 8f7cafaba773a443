"""What the reforms say: data only, one folder a reform.

Clauses, machines, dated parameters and the procedure as it was before. Read by `machines`, never
imported by anyone; refuses to know any Python and any operator.
"""
