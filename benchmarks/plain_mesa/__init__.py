"""The same month written the ordinary Mesa way: objects with methods, plain Python loops, a DataCollector.

It has two uses. Timed beside ``CareMarket`` it says what working on whole columns is worth. And because it was written
from the rules a second time, with the same parameters and the same keyed draws, it must give the same market month by
month: an independent check of the model's arithmetic (tests/benchmarks).

One Mesa agent stands for each site, provider, council and self-funder. People whom a council or the NHS pays for are
counts at their site, as they are in the model: giving them agents would only make this version slower. The month's
outside conditions (calendar, paths, shocks, policies) are a handful of numbers and come from the model's own calendar.
Fees and budgets follow councils' rules here; a scenario that takes them from councils' returns is not played.
"""

from benchmarks.plain_mesa.market import PlainMarket

__all__ = ["PlainMarket"]
