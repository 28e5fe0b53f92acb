# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A border: Kyrgyzstan and Tajikistan
#
# Lengths by source and date, what was settled in March 2025, where it can be crossed, and what shutting it does.

# %%
import corridors as cx

network = cx.load_network()
border = cx.border(network, "KGZ", "TJK")
border

# %%
border.published[["length_km", "source", "year", "ratio", "delimitation_status"]]

# %% [markdown]
# As it was before the treaty:

# %%
before = cx.border(network.as_of("2024-06-01"), "KGZ", "TJK")
before.segments[["segment", "status", "length_km", "note"]]

# %%
border.crossings[["crossing_id", "mode", "status", "as_of"]]

# %% [markdown]
# What shutting it does to the lorry between the capitals:

# %%
shut = cx.Scenario.load("kyrgyz-tajik-border-closed").apply(network)
found = cx.compare(
    {"open": network, "shut": shut}, [("Dushanbe", "Bishkek"), ("Khujand", "Osh")], avoid=[], k=1, modes=["road"]
)
found.table[["scenario", "origin", "destination", "route", "length_km", "days", "extra_h"]]

# %% [markdown]
# And the neighbours of Kazakhstan, for comparison:

# %%
table = cx.border_table(network)
table[(table["iso3_a"] == "KAZ") | (table["iso3_b"] == "KAZ")]
