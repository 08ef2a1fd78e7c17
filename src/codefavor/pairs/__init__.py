"""The data model: what travels between the stages. Pure: no model, no network, no torch."""
