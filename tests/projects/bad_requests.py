"""Addresses that must be refused, by the parameter that must be named; each stands behind one path of the API."""

from urllib.parse import quote


def _encoded(value: str) -> str:
    return quote(value, encoding="utf-8", errors="surrogatepass")


_VALUES = {
    "sector": ["nowhere", "\0", "education\0", "EDUCATION", "1' OR 1=1", "\ud800", "\u202ex", "x" * 9000],
    "territory": ["000000000", "75", "\0", "٧٥٠٠٠٠٠٠٠", "750000000;DROP TABLE x", "-1", "7.5e8"],
    "initiator_type": ["SME", "\0", "__class__", "sme,unknown"],
    "status": ["deleted", "\0", "approved,planned", "Approved", "\ud800"],
    "year": ["abc", "1900", "2101", "-1", "9" * 20, "2017.5", "٢٠١٧", "02017", "null", "2017\n"],
    "cost_min": [
        *("abc", "-1", "-0", "1e-999999", "1e400", "NaN", "inf", "1_000", "0x10", "1,250", "1.250", "١٢", "１２", "\0"),
        *("9" * 21, "9" * 5000, "1" + "0" * 400, "100000000000001", "\u202e1", "<script>", "½", "²"),
    ],
    "cost_max": ["abc", "1e20", "0.5", "--1", "%", "\ud800", "1;2"],
    "resolution": ["abc", "0", "-1", "999999999", "9" * 20, "NONE", "\0", "١", "1.0", "1 OR 1=1"],
    "as_of": ["2999-01-01", "2017", "2017-09", "31.02.2017", "0001-01-01", "\0", "٢٠١٧-٠١-٠١", "now", "2017-01-01T00"],
    "search": ["\0", "школа\0", "x" * 201, "%" * 1000],
    "ordering": ["password", "cost,number", "--cost", "\0", "?", "cost__lt", "group__number", "Cost", "updated_at"],
    "lang": ["de", "KK", "\0", "kk,ru", "kk-KZ"],
    "page_size": ["0", "-1", "101", "1000000", "1e1", "9" * 5000, "2.5", "٢", "²", "\0", "all", "+5"],
    "cursor": ["garbage", "\0", "١", "a:b", ":", ".eJw:x", "=" * 5000, "WzFd:" + "A" * 43, "\ud800"],
}
_UNKNOWN = [
    *("page=0", "page=-1", "page=1e20", "limit=100000000000000000000", "offset=9223372036854775808", "format=json"),
    *("q=x", "Sector=education", "sector__in=education", "resolution__number=1", "group__number=1", "_method=DELETE"),
    *("sector[]=education", "asked_sum=1", "recorded_by=1", "__proto__=1", "callback=alert", "fields=number", "id=1"),
]
_TWICE = [
    *("cost_min=1&cost_min=2", "cost_max=1&cost_max=1", "resolution=none&resolution=none", "search=a&search=b"),
    *(
        "ordering=cost&ordering=-cost",
        "as_of=2020-01-01&as_of=2020-01-02",
        "page_size=1&page_size=1",
        "lang=kk&lang=ru",
    ),
]

OF_THE_LIST: list[tuple[str, list[str]]] = [
    *((f"{name}={_encoded(value)}", [name]) for name, values in _VALUES.items() for value in values),
    *((query, [query.partition("=")[0]]) for query in (*_UNKNOWN, *_TWICE)),
    ("cost_min=5&cost_max=4", ["cost_max", "cost_min"]),
    ("cost_min=abc&cost_max=0x1&year=1&sector=x&nothing=1&page_size=0&cursor=1&lang=x", [
        "cost_max", "cost_min", "cursor", "lang", "nothing", "page_size", "sector", "year",
    ]),
]  # fmt: skip
"""Query strings of ``projects/`` with the parameters that the answer must name, in alphabetical order."""

ELSEWHERE: list[tuple[str, list[str]]] = [
    ("projects/1/?sector=education", ["sector"]),
    ("projects/1/?lang=xx", ["lang"]),
    ("resolutions/?sector=education", ["sector"]),
    ("resolutions/?cursor=x", ["cursor"]),
    ("resolutions/?page_size=1000", ["page_size"]),
    ("resolutions/1/?page=1", ["page"]),
    ("sectors/?page_size=5", ["page_size"]),
    ("territories/?code=1", ["code"]),
    ("totals/", ["by"]),
    ("totals/?by=", ["by"]),
    ("totals/?by=password", ["by"]),
    ("totals/?by=region", ["by"]),
    ("totals/?by=year&by=sector", ["by"]),
    ("totals/?by=year&cursor=x", ["cursor"]),
    ("totals/?by=year&cost_min=1e-999999", ["cost_min"]),
    ("schema/?format=xml", ["format"]),
    ("schema/?verbose=1", ["verbose"]),
]
"""The same for other addresses."""

NOT_THERE = [
    *("projects/0/", "projects/2147483648/", f"projects/{'9' * 400}/", f"projects/{'9' * 5000}/", "projects/-1/"),
    *("projects/1.0/", "projects/abc/", "projects/%00/", "projects/%D9%A1/", "resolutions/0/", "resolutions/1e3/"),
    *(f"resolutions/{'9' * 400}/", "nothing/", "projects.exe", "projects/1/documents/", "totals/sector/", ""),
]
"""Addresses at which nothing stands."""
