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
# # What the Trans-Afghan railway would change
#
# Two alignments: by Torkham (first plan, it serves Kabul), and by Maidan Shahr, Logar and Kharlachi (2023; it does not). Neither is
# built; every hour of theirs is an assumption, and the result says so.

# %%
import corridors as cx

network = cx.load_network()
plans = [cx.Scenario.load(f"trans-afghan-{way}") for way in ("kharlachi", "torkham")]
networks = {"today": network, **{plan.name: plan.apply(network) for plan in plans}}
{name: future.attrs.get("opened", []) for name, future in networks.items()}

# %%
found = cx.compare(networks, [("Tashkent", "Karachi"), ("Tashkent", "Peshawar")], avoid=[], k=1, modes=["rail"])
found.table[["scenario", "destination", "route", "length_km", "days", "days_low", "days_high", "assumed_km", "reason"]]

# %%
found.sentences()

# %% [markdown]
# Where the gauge would break is not published. Both plans keep it as a parameter.

# %%
future = networks[plans[0].name]
cx.route(future, "Tashkent", "Karachi", modes=["rail"]).gauge_breaks

# %% [markdown]
# How sure is the saving? A thousand draws over every parameter's range.

# %%
ways = {"Trans-Afghan": {"avoid": ["IRN"]}, "through Iran": {"avoid": ["AFG"]}}
drawn = cx.simulate(
    future, [("Tashkent", "Karachi")], corridors={k: {"modes": ["rail"], **v} for k, v in ways.items()}, n=1000, seed=1
)
hours = drawn.draws[("Tashkent", "Karachi")]
((hours["through Iran"] - hours["Trans-Afghan"]) / 24).quantile([0.05, 0.5, 0.95])
