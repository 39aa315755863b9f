"""The acts that numbers of the law cite, gathered here so that a reader finds each in the language of the page."""

from django.utils.translation import gettext_noop as _

ACTS = (
    _("Chamber target, not law"),
    _(
        "Decree of the President of the Republic of Kazakhstan No. 299 of 8 April 2020 on the adjusted "
        "republican budget for 2020"
    ),
    _("Entrepreneurial Code of the Republic of Kazakhstan No. 375-V of 29 October 2015, art. 24"),
    _("Law of the Republic of Kazakhstan No. 113-VI of 30 November 2017 on the republican budget for 2018-2020"),
    _("Law of the Republic of Kazakhstan No. 141-VIII of 4 December 2024 on the republican budget for 2025-2027"),
    _("Law of the Republic of Kazakhstan No. 163-VII of 1 December 2022 on the republican budget for 2023-2025"),
    _("Law of the Republic of Kazakhstan No. 197-VI of 30 November 2018 on the republican budget for 2019-2021"),
    _("Law of the Republic of Kazakhstan No. 239-VIII of 8 December 2025 on the republican budget for 2026-2028"),
    _("Law of the Republic of Kazakhstan No. 25-VI of 29 November 2016 on the republican budget for 2017-2019"),
    _("Law of the Republic of Kazakhstan No. 259-V of 28 November 2014 on the republican budget for 2015-2017"),
    _("Law of the Republic of Kazakhstan No. 276-VI of 4 December 2019 on the republican budget for 2020-2022"),
    _("Law of the Republic of Kazakhstan No. 379-V of 31 October 2015 on public-private partnership"),
    _(
        "Law of the Republic of Kazakhstan No. 379-V of 31 October 2015 on public-private partnership, art. "
        "15(1), 25(4-1), as amended by Law No. 177-VII of 30 December 2022"
    ),
    _(
        "Law of the Republic of Kazakhstan No. 379-V of 31 October 2015 on public-private partnership, as "
        "amended by Law No. 399-VI of 2 January 2021"
    ),
    _("Law of the Republic of Kazakhstan No. 379-VI of 2 December 2020 on the republican budget for 2021-2023"),
    _("Law of the Republic of Kazakhstan No. 426-V of 30 November 2015 on the republican budget for 2016-2018"),
    _("Law of the Republic of Kazakhstan No. 43-VIII of 5 December 2023 on the republican budget for 2024-2026"),
    _("Law of the Republic of Kazakhstan No. 77-VII of 2 December 2021 on the republican budget for 2022-2024"),
)
"""Every source of `reference/data/legal_parameters.csv`. One typed in the administration is shown as typed."""
