"""Which pictures the report has, from its JSON document."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, NullLocator, PercentFormatter

from models.evaluate.bars import told_name
from models.evaluate.baselines import BASELINES, BOOSTERS
from models.evaluate.charts import ALERT, INK, OTHER, OURS, QUIET, Line, Picture, dots, pairs, picture, shaded
from models.evaluate.jobs import OURS as NAME
from models.evaluate.metrics import CALIBRATED, FEW

Document = Mapping[str, Any]
_COLOURS = ("#c2571a", "#7a4fa3", "#2f6db5", "#8a97a3")


def pictures(document: Document) -> dict[str, Picture]:
    """By key, in the order of the page."""
    drawn = [
        _ranking(document, "average_precision", "Average precision on the test window"),
        _ranking(document, "recall_red", "Scams caught by the red budget"),
        _curve(document),
        _learning(document),
        _calibration(document),
        *_months(document),
        _recalls(document, "by_scam_type", "Scams caught, by type"),
        _recalls(document, "by_channel", "Scams caught, by channel"),
        *_fairness(document),
        _without(document),
    ]
    return {p.key: p for p in drawn}


def _ranking(document: Document, figure: str, title: str) -> Picture:
    models = document["models"]
    percent = figure != "average_precision"
    lines = [_line(name, model[figure], ours=name == NAME) for name, model in models.items()]
    lines = lines[:1] + sorted(lines[1:], key=lambda line: -(line.value or 0.0))
    ours, best = lines[0].value or 0.0, lines[1]
    shown = f"{ours:.0%} of scams against {best.value:.0%}" if percent else f"{ours:.3f} against {best.value:.3f}"
    says = f"{NAME} reaches {shown} for the best of the others, {best.name}; lines are 90 % intervals."
    label = (
        f"share of scams among the {document['budget']['red']:.1%} of requests ranked highest"
        if percent
        else f"average precision (chance {document['test']['scams'] / document['test']['requests']:.4f})"
    )
    return picture(
        figure.replace("_", "-"),
        title,
        says,
        lambda f: dots(f, lines, label, percent=percent),
        height=1.2 + 0.42 * len(lines),
    )


def _line(name: str, estimate: Mapping[str, Any], *, ours: bool = False) -> Line:
    return Line(name=told_name(name), value=estimate["value"], low=estimate["low"], high=estimate["high"], ours=ours)


def _curve(document: Document) -> Picture:
    budgets, recall = document["curve"]["budgets"], document["curve"]["recall"]
    red, both = document["budget"]["red"], document["budget"]["red_or_yellow"]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for colour, name in zip(_COLOURS, BASELINES, strict=False):
            axes.plot(budgets, recall[name], color=colour, linewidth=2, label=name)
        axes.plot(budgets, recall[NAME], color=OURS, linewidth=4, label=NAME)
        axes.set_xscale("log")
        for share, name in ((red, "red"), (both, "red or yellow")):
            axes.axvline(share, color=INK, linestyle="--", linewidth=1.5)
            axes.text(share, 1.02, f"{name} {share:.1%}", transform=axes.get_xaxis_transform(), ha="center")
        axes.xaxis.set_major_locator(FixedLocator([0.001, 0.003, 0.01, 0.03, 0.1]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.1%}"))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_ylim(0, 1)
        axes.set_xlim(budgets[0], budgets[-1])
        axes.set_xlabel("share of all requests alerted (logarithmic)")
        axes.set_ylabel("share of scams caught")
        axes.legend(loc="upper left")

    at_both = document["models"][NAME]["recall_red_or_yellow"]["value"] or 0.0
    says = f"More alerts catch more scams: {NAME} finds {at_both:.0%} of them in {both:.0%} of requests."
    return picture("curve", "What a budget of alerts buys", says, draw, height=6)


def _learning(document: Document) -> Picture:
    little = document["learning"]["drift_included"]
    lines = [
        *(_line(f"{NAME}, one year's labels", little[f"little: {NAME}"], ours=True) for _ in (0,)),
        *(_line(f"{name} tuned, one year's labels", little[f"little: {name}"]) for name in BOOSTERS),
        *(
            _line(f"{name}, {document['learning']['scam_years']:g} years' scams", little[f"plenty: {name}"])
            for name in (NAME, "LightGBM")
        ),
    ]
    best = max(line.value or 0.0 for line in lines[3:])
    says = (
        f"With one year's late and partial labels {NAME} reaches {little['to_plenty']['value'] or 0:.0%} of "
        "what the better model with plenty of true labels reaches; the dashed line is the bar of 85 %."
    )
    return picture(
        "learning",
        "What one year's labels teach",
        says,
        lambda f: dots(f, lines, "average precision on the test year", mark=0.85 * best),
        height=4,
    )


def _calibration(document: Document) -> Picture:
    near = document["calibration_near_red"]["said_to_was"]
    return calibration(
        document["calibration"],
        fmean(thresholds["red"] for thresholds in document["models"][NAME]["thresholds"]),
        f"around the red threshold the model says {near['value'] or 0:.2f} times what was ({near['low'] or 0:.2f} to "
        f"{near['high'] or 0:.2f}; the bar is {1 - CALIBRATED:.2f} to {1 + CALIBRATED:.2f}).",
    )


def calibration(bins: Sequence[Mapping[str, Any]], red: float, says: str) -> Picture:
    """Said against was, both logarithmic; `bins` as `metrics.CalibrationBin` has them."""
    floor = min([1e-5, *(b["predicted"] / 2 for b in bins if b["predicted"] > 0)])

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot([floor, 1], [floor, 1], color=QUIET, linestyle="--", linewidth=2, label="said = was")
        axes.plot([floor, 1], [0.8 * floor, 0.8], color=OTHER, linestyle=":", linewidth=1.5)
        axes.plot([floor, 1], [1.25 * floor, 1.25], color=OTHER, linestyle=":", linewidth=1.5, label="20 % off")
        shown = [b for b in bins if b["observed"] > 0]
        axes.plot([b["predicted"] for b in shown], [b["observed"] for b in shown], "-o", color=OURS, markersize=11)
        for b in shown:
            axes.annotate(
                f"{b['requests']:,}",
                (b["predicted"], b["observed"]),
                (10, -16),
                textcoords="offset points",
                fontsize=12,
            )
        axes.axvline(red, color=ALERT, linestyle="--", linewidth=2, label="red threshold")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlim(floor, 1)
        axes.set_ylim(floor, 1)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_formatter(NullFormatter())
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
        axes.set_xlabel("probability said (synthetic data)")
        axes.set_ylabel("share that were scams")
        axes.legend(loc="upper left")

    says = f"Dots near the dashed line are honest probabilities (numbers are requests); {says}"
    return picture("calibration", "Said and so", says, draw, height=6.5)


def _months(document: Document) -> list[Picture]:
    months = document["months"]
    places = list(range(len(months)))

    def axis(axes: Any) -> None:
        axes.set_xticks(places, [str(place + 1) for place in places])
        axes.set_xlim(-0.5, len(months) - 0.5)
        axes.set_xlabel("month, from the first of the validation window")
        drift = [place for place, month in zip(places, months, strict=True) if month["drift"]]
        if drift:
            shaded(axes, drift[0] - 0.5, drift[-1] + 0.5, "quarter with a new type of scam")
        unseen = [place for place, month in zip(places, months, strict=True) if month["unseen"]]
        if unseen and unseen[0] > 0:
            axes.axvline(unseen[0] - 0.5, color=INK, linewidth=1.5)
            axes.text(
                unseen[0] - 0.45, 0.86, "test →", transform=axes.get_xaxis_transform(), ha="left", va="top", fontsize=13
            )

    def expected(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot(
            places, [month["scams"] for month in months], "-o", color=ALERT, linewidth=3, label="scams there were"
        )
        axes.plot(places, [month["said"] for month in months], "-s", color=OURS, linewidth=3, label="scams expected")
        axes.set_ylim(0, 1.35 * max(max(m["scams"], m["said"]) for m in months))
        axes.set_ylabel("scams a month, all books")
        axis(axes)
        axes.legend(loc="lower right", ncols=2)

    def caught(figure: Figure) -> None:
        axes = figure.subplots()
        for name, key, colour in (
            ("recall, red or yellow", "recall_red_or_yellow", OTHER),
            ("recall, red", "recall_red", OURS),
            ("scams among red alerts", "precision_red", _COLOURS[0]),
        ):
            axes.plot(places, [_gap(month[key]) for month in months], "-o", color=colour, linewidth=3, label=name)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_ylim(0, 1.15)
        axes.set_ylabel("share")
        axis(axes)
        figure.legend(loc="outside lower center", ncols=3)

    unseen = [month for month in months if month["unseen"]] or months
    was, said = sum(month["scams"] for month in unseen), sum(month["said"] for month in unseen)
    alerted = [month["red"] for month in unseen]
    return [
        picture(
            "months-expected",
            "Month by month: what it expects",
            f"In the test months the model expects {said:.0f} scams where there were {was}; it can learn only of those "
            "reported.",
            expected,
        ),
        picture(
            "months-caught",
            "Month by month: what it catches",
            f"Between {min(alerted):.2%} and {max(alerted):.2%} of a test month's requests are red; a month has few "
            "scams, so its shares swing.",
            caught,
        ),
    ]


def _gap(value: float | None) -> float:
    return float("nan") if value is None else value


def _recalls(document: Document, key: str, title: str) -> Picture:
    groups = {name: group for name, group in document[key].items() if group["scams"]}
    names = [
        f"{name.replace('_', ' ')}\n{group['scams']} scams" + ("\n(new)" if group.get("new") else "")
        for name, group in groups.items()
    ]
    enough = [name for name, group in groups.items() if group["scams"] >= FEW] or list(groups)
    lowest = min(enough, key=lambda name: groups[name]["red_or_yellow"])
    says = (
        f"Least is caught in {lowest.replace('_', ' ')}: red and yellow together catch "
        f"{groups[lowest]['red_or_yellow']:.0%} of its {groups[lowest]['scams']} scams."
    )
    if any(group.get("new") for group in groups.values()):
        says += " The type marked new appears after the model's training window: it never saw one."

    def draw(figure: Figure) -> None:
        pairs(
            figure.subplots(),
            names,
            {
                "red": ([group["red"] for group in groups.values()], ALERT),
                "red or yellow": ([group["red_or_yellow"] for group in groups.values()], "#d9a514"),
            },
            "share of scams caught",
        )

    return picture(key.replace("_", "-"), title, says, draw, height=5.2)


def _fairness(document: Document) -> list[Picture]:
    groups = {f"age {band}": group for band, group in document["by_age"].items()} | document["by_sex"]
    everybody, names = document["everybody"], list(groups)
    ages = {band: group["false_red_or_yellow"] for band, group in document["by_age"].items()}
    worst = max(ages, key=lambda band: ages[band])

    def false(figure: Figure) -> None:
        axes = figure.subplots()
        pairs(
            axes,
            names,
            {
                "red": ([group["false_red"] for group in groups.values()], ALERT),
                "red or yellow": ([group["false_red_or_yellow"] for group in groups.values()], "#d9a514"),
            },
            "share of genuine requests alerted",
        )
        axes.axhline(everybody["false_red_or_yellow"], color=INK, linestyle="--", linewidth=1.5)
        axes.axhline(1.5 * everybody["false_red_or_yellow"], color=ALERT, linestyle=":", linewidth=2)
        axes.set_ylim(0, max(axes.get_ylim()[1], 1.9 * everybody["false_red_or_yellow"]))

    def caught(figure: Figure) -> None:
        pairs(
            figure.subplots(),
            [f"{name}\n{group['scams']} scams" for name, group in groups.items()],
            {
                "red": ([group["recall_red"] for group in groups.values()], ALERT),
                "red or yellow": ([group["recall_red_or_yellow"] for group in groups.values()], "#d9a514"),
            },
            "share of scams caught",
        )

    return [
        picture(
            "false-alerts",
            "False alerts, by age and sex",
            f"The age band {worst} is alerted most for nothing: {ages[worst]:.1%} of its genuine requests against "
            f"{everybody['false_red_or_yellow']:.1%} of everybody's (dashed); dotted is the bar, 1.5 times that.",
            false,
        ),
        picture(
            "recall-by-age",
            "Scams caught, by age and sex",
            f"All together, {everybody['recall_red']:.0%} of scams are red and "
            f"{everybody['recall_red_or_yellow']:.0%} red or yellow; a band with fewer than {FEW} scams "
            "(their number is below it) tells next to nothing.",
            caught,
        ),
    ]


def _without(document: Document) -> Picture:
    whole = document["models"][NAME]["average_precision"]["value"]
    lines = [
        Line(name="everything known", value=whole, ours=True),
        *(
            Line(name=f"without {modality}", value=figures["average_precision"])
            for modality, figures in sorted(
                document["without"].items(), key=lambda item: -(item[1]["average_precision"] or 0.0)
            )
        ),
    ]
    last = lines[-1]
    says = (
        "The same model, not fitted again, with a group of facts taken away from every test request: it still answers, "
        "and loses most, "
        f"down to {last.value or 0:.3f}, {last.name}."
    )
    return picture(
        "without",
        "With each modality hidden from the fitted model",
        says,
        lambda f: dots(f, lines, "average precision on the test window"),
        height=4.4,
    )
