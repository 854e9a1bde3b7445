"""Which countries are sent to: the code's own guard (`SmsPrefixes`) and AWS's list say the same of each there is."""

import botocore.session
import yaml

from tests.architecture.template import ROOT, template

COUNTRIES = {"+886": "TW"}
"""Of each prefix that a stack may be deployed with as it comes."""
FORMER = {"AC", "AN", "TP"}
"""In botocore's list, and not (any more) in ISO 3166-1."""
UNREACHED = {
    *("AQ", "AX", "BL", "BQ", "BV", "CC", "CU", "CW", "CX", "EH", "FK", "GG", "GS", "HM", "IM", "IO", "IR", "JE"),
    *("KP", "MF", "MP", "NR", "PM", "PN", "SD", "SH", "SJ", "SX", "SY", "TF", "TK", "TV", "VA", "WF"),
}
"""In none of AWS's tables of SMS by country that were read (the SNS developer guide's on GitHub, and the beginnings
of End User Messaging's own pages by continent): a rule for one of them might be refused, and
the whole stack with it."""


def iso_3166() -> set[str]:
    """As botocore has them, for registrants of domains. It leaves out one that nobody lives in."""
    shape = botocore.session.get_session().get_service_model("route53domains").shape_for("CountryCode")
    return set(shape.enum) - FORMER


def blocked() -> list[str]:
    rules = yaml.safe_load((ROOT / "sms/blocked_countries.yaml").read_text(encoding="utf-8"))["SMS"]
    assert {rule["ProtectStatus"] for rule in rules} == {"BLOCK"}
    return [rule["CountryCode"] for rule in rules]


def test_each_country_is_sent_to_or_blocked_or_out_of_reach() -> None:
    sent_to = {COUNTRIES[prefix] for prefix in template()["Parameters"]["SmsPrefixes"]["Default"].split(",")}
    listed = blocked()
    assert listed == sorted(set(listed))
    assert not sent_to & set(listed)
    assert sent_to | set(listed) | UNREACHED == iso_3166()
    assert not UNREACHED & set(listed)
