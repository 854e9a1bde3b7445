"""Public data that others published results for: the same folds, the same figures, our learner beside references.

What was looked at. Members, their settings and how they are put together were chosen on rows that no test fold holds:
Handbook, 25 to 31 July as training and 1 to 7 August as validation, with all frauds and with one in nine (test weeks
begin on 8 August), and the synthetic tables of models.public_benchmark.synthetic. Before those existed, also on splits
inside the training part of the first fold of seed 0 of mammography, fraud_oracle and CoIL; those rows are test rows of
other folds and seeds, of which only averages over several tables decided.

Test folds were measured four times, each time after a round of development, and no figure of theirs chose anything but
whether there was a next round. First: AP .698, CP@100 .307, AUC .877 on the Handbook. Second, with a searching forest:
.702, .308, .879, and .665 and .301 with one fraud in nine. Third, with one committee for fitting and inner validation,
members calibrated one by one and shares by gain: .703, .309, .878, and .665 and .299. Fourth, the Handbook alone, with
ratios of columns, which were also chosen on 1 to 7 August as training and 25 to 31 July as validation; the other tables
have no two columns that could be divided, so their figures of the third round stand.
"""

ROUNDS = 4
"""How often test folds were measured, the Handbook's; the other tables' three times."""
