"""The office's call list, calls made, and dates promised by phone."""


def register() -> None:
    from fayol.ladders.calls import listening, messages, queries, registry

    listening.register()
    messages.register()
    registry.register_waiting("leads", queries.leads_waiting)
