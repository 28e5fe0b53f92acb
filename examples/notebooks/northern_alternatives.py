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
# # Almaty to Duisburg: the northern route and the ways round it
#
# Which way, how far, how long, how many borders, and how much of that is known.

# %%
import corridors as cx

network = cx.load_network()
network

# %% [markdown]
# The quickest route, and what it rests on. `assumed_time_share` near 1 means: rank with it, do not quote the hours.

# %%
northern = cx.route(network, "Almaty", "Duisburg")
northern.shares("country")

# %%
northern.crossings[["name", "iso3_from", "iso3_to", "dwell_h", "is_default"]]

# %% [markdown]
# Now without Russia and Belarus. Avoiding is a promise: every edge in these countries is gone before the search.

# %%
round_it = cx.alternatives(network, "Almaty", "Duisburg", avoid=["RUS", "BLR"], k=3)
assert all({"RUS", "BLR"}.isdisjoint(r.countries) for r in round_it)
round_it.table()[["route", "length_km", "days", "days_low", "days_high", "overlap", "differs_by", "assumed_time_share"]]

# %% [markdown]
# All on one map, in one file that opens without the internet.

# %%
from corridors import maps

maps.draw([northern, *round_it], network=network)
