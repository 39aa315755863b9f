"""What the header of a file may call its columns, in Kazakh, Russian and English. Data only.

Letters are compared folded: case, ә/а, і/и, punctuation and underscores do not count. The first name of a column is the
one that messages use.
"""

LANGUAGE_FORMS = {
    "kk": ("kk", "қаз", "қазақша", "қазақ тілінде", "каз", "на казахском", "на казахском языке", "in Kazakh"),
    "ru": ("ru", "орыс", "орысша", "орыс тілінде", "рус", "на русском", "на русском языке", "in Russian"),
    "en": ("en", "ағыл", "ағылшынша", "ағылшын тілінде", "англ", "на английском", "на английском языке", "in English"),
}
"""What follows the name of a text to say in which language it is."""

LANGUAGE_BEFORE = {"kk": "қазақ тіліндегі", "ru": "орыс тіліндегі", "en": "ағылшын тіліндегі"}
"""What may stand before a Kazakh name instead."""

TENGE_FORMS = {
    1: ("", "теңге", "тенге", "тг", "₸", "теңгемен", "в тенге", "tenge", "KZT"),
    10**3: ("мың теңге", "мың тг", "тыс. тенге", "тыс. тг", "тысяч тенге", "в тыс. тенге", "thousand tenge"),
    10**6: ("млн теңге", "млн тг", "млн. тенге", "в млн тенге", "million tenge", "mln tenge"),
}
"""What follows the name of a sum to say in how many tenge it is counted."""

TITLES = {
    "en": ("name", "title", "project name"),
    "kk": ("атауы", "жоба атауы", "жобаның атауы"),
    "ru": ("наименование", "название", "наименование проекта", "название проекта"),
}
DESCRIPTIONS = {
    "en": ("description",),
    "kk": ("сипаттамасы", "жобаның сипаттамасы"),
    "ru": ("описание", "описание проекта"),
}
OBJECTIVES = {"en": ("objective",), "kk": ("мақсаты", "жобаның мақсаты"), "ru": ("цель", "цель проекта")}
PLACES = {
    "en": ("district", "place"),
    "kk": ("ауданы", "аудан", "орны", "орналасқан жері"),
    "ru": ("район", "место", "местоположение"),
}
STATE_PARTNERS = {"en": ("state_partner",), "kk": ("мемлекеттік әріптес",), "ru": ("государственный партнер",)}
NOTES = {"en": ("note",), "kk": ("ескертпе", "ескерту"), "ru": ("примечание",)}
STATUS_NOTES = {
    "en": ("status", "status_note"),
    "kk": ("күйінің сипаттамасы", "күйі туралы ескертпе"),
    "ru": ("описание статуса", "примечание к статусу"),
}
BODIES = {"en": ("body", "maslikhat"), "kk": ("мәслихаттың атауы",), "ru": ("наименование маслихата",)}

SECTOR = ("sector", "сала", "саласы", "отрасль", "сектор")
TERRITORY = (
    *("territory_code", "territory", "kato", "КАТО", "КАТО коды", "код КАТО"),
    *("ӘАОЖ", "ӘАОЖ коды", "аумақ", "территория"),
)
REGION = ("region", "өңір", "облыс", "область", "регион")
STATUS = ("status_code", "күйі", "жағдайы", "статус", "статус проекта")
INITIATOR_TYPE = (
    *("initiator_type", "initiator", "бастамашы", "бастамашының түрі"),
    *("инициатор", "тип инициатора"),
)
INITIATOR_SIZE = ("initiator_size", "бастамашының көлемі", "размер инициатора", "категория МСБ")
PRIVATE_PARTNER = ("private_partner", "жекеше әріптес", "частный партнер")
CONTRACT_TYPE = ("contract_type", "шарт түрі", "келісімшарт түрі", "вид договора", "тип договора")
PAYMENT_SOURCES = ("payment_sources", "төлем көздері", "источники выплат", "источники возмещения")
COST = ("cost_tenge", "cost", "құны", "жоба құны", "жобаның құны", "стоимость", "стоимость проекта")
ASKED_SUM = ("asked_sum", "сұралған сома", "запрошенная сумма", "запрашиваемая сумма")
APPROVED_SUM = ("approved_sum", "бекітілген сома", "утвержденная сумма")
SIGNED_SUM = ("signed_sum", "шарт сомасы", "сумма договора")
STATE_OBLIGATIONS = ("state_obligations", "мемлекеттік міндеттемелер", "государственные обязательства")
IS_GROUP = ("is_group", "топ", "жобалар тобы", "группа", "группа проектов")
GROUP_SIZE = ("group_size", "топтағы жобалар саны", "количество проектов в группе", "число проектов в группе")
GROUP = ("group", "group_number", "топтың нөмірі", "номер группы")
TERM_YEARS = ("term_years", "term", "мерзімі", "мерзімі, жыл", "срок", "срок, лет", "срок договора, лет")
JOBS = ("jobs", "жұмыс орындары", "жұмыс орындарының саны", "рабочие места", "количество рабочих мест")
CAPACITY = ("capacity", "қуаты", "қуаттылығы", "мощность")
CAPACITY_UNIT = ("capacity_unit", "қуаттылық бірлігі", "единица мощности")
YEAR = ("year", "жылы", "жыл", "год", "год утверждения")
IMPLEMENTATION_START = ("implementation_start", "іске асырудың басталуы", "начало реализации")
CONTRACT_SIGNED_ON = ("contract_signed_on", "шартқа қол қойылған күн", "дата договора", "дата подписания договора")
COMMISSIONED_ON = ("commissioned_on", "пайдалануға берілген күн", "дата ввода в эксплуатацию")
CONTRACT_ENDS_ON = ("contract_ends_on", "шарттың аяқталатын күні", "дата окончания договора")
RESOLUTION = ("resolution_key", "resolution", "шешім", "шешім кілті", "решение", "ключ решения")
EXCLUDED_BY = ("excluded_by", "алып тастау туралы шешім", "решение об исключении")
SOURCE_URL = (
    *("source_url", "сілтеме", "дереккөз сілтемесі"),
    *("ссылка", "ссылка на источник", "адрес источника"),
)
SOURCE = ("source", "дереккөз", "источник")

IMPORT_KEY = ("key", "import_key", "resolution_key", "кілт", "ключ")
KIND = ("kind", "түрі", "шешімнің түрі", "вид", "вид решения")
SESSION = ("session", "сессия", "сессиясы")
CONVOCATION = ("convocation", "шақырылым", "созыв")
PAPER_NUMBER = ("number", "нөмірі", "шешімнің нөмірі", "номер", "номер решения")
ADOPTED = ("adopted", "қабылданған күні", "күні", "дата", "дата принятия")
VOTES_FOR = ("votes_for", "жақтап", "за")
VOTES_AGAINST = ("votes_against", "қарсы", "против")
VOTES_ABSTAINED = ("votes_abstained", "қалыс қалды", "воздержались")
JUSTICE_NUMBER = ("justice_number", "әділет органында тіркеу нөмірі", "номер регистрации в органах юстиции")
LINK = ("link", "сілтеме", "ссылка")
DECLARED_COUNT = ("declared_count", "жарияланған жобалар саны", "заявленное количество проектов")
DECLARED_TOTAL = ("declared_total_tenge", "declared_total", "жарияланған сома", "заявленная сумма")
DECLARED_IS_APPROXIMATE = ("declared_is_approximate", "шамамен", "приблизительно", "около")
SME_COUNT = ("declared_sme_count", "ШОБ жобаларының саны", "количество проектов МСБ")
SME_TOTAL = ("declared_sme_total_tenge", "declared_sme_total", "ШОБ жобаларының сомасы", "сумма проектов МСБ")

GIVEN_BY_REGISTER = ("id", "pk", "uuid")
GIVEN_TO_PROJECTS = (
    *("number", "project_number", "no", "п/п", "№ п/п", "номер", "номер проекта"),
    *("нөмірі", "нөмір", "р/с", "реттік нөмірі"),
)
ABOUT_PEOPLE = (
    *("owner", "user", "author", "created_by", "updated_by", "recorded_by", "entered_by"),
    *("иесі", "авторы", "енгізген", "владелец", "автор", "кем внесено"),
)
ABOUT_TIME = (
    *("created", "created_at", "updated", "updated_at", "changed_at", "entered_at"),
    *("енгізілген күні", "өзгертілген күні", "дата внесения", "дата изменения"),
)
PERSONAL = (
    *("iin", "phone", "email", "e-mail", "contact", "contacts", "ЖСН", "байланыс деректері"),
    *("ИИН", "телефон", "эл. почта", "контакты", "контактные данные"),
)
OF_PROPOSALS = ("state", "stage", "саты", "кезең", "кезеңі", "стадия", "этап")
