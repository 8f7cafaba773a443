"""How people act: REST, the console and the command line over one set of use cases.

The only place that knows HTTP, and the composition root that puts the floors together. Refuses to
know any rule: an answer comes from below, a status code from here.
"""
