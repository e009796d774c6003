"""Words for what goes wrong, in the reader's language: by code, by code and reason, and by what is wrong with a field.

A reason without words of its own is said in those of its code: reasons are also for the log.
"""

from collections.abc import Mapping, Sequence

from shoplist_appliance.domain.errors import Reason
from shoplist_appliance.domain.people import Language

TITLES: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "invalid": "Not valid",
        "unauthenticated": "Not signed in",
        "wrong_credentials": "Wrong e-mail, password or code",
        "totp_required": "Second factor needed",
        "forbidden": "Not allowed",
        "bad_origin": "Not from our own page",
        "not_found": "Not found",
        "unknown_operation": "No such operation",
        "method_not_allowed": "Method not allowed",
        "conflict": "Conflict",
        "full": "Full",
        "gone": "No longer there",
        "too_large": "Too large",
        "unsupported_type": "Content type not supported",
        "too_many_requests": "Too many requests",
        "quota": "No space left",
        "unavailable": "Not available now",
        "internal": "Our mistake",
    },
    "ru": {
        "invalid": "Неверные данные",
        "unauthenticated": "Вход не выполнен",
        "wrong_credentials": "Неверная почта, пароль или код",
        "totp_required": "Нужен второй фактор",
        "forbidden": "Нет доступа",
        "bad_origin": "Запрос с чужой страницы",
        "not_found": "Не найдено",
        "unknown_operation": "Нет такой операции",
        "method_not_allowed": "Метод не поддерживается",
        "conflict": "Конфликт",
        "full": "Нет места",
        "gone": "Больше не существует",
        "too_large": "Слишком большой запрос",
        "unsupported_type": "Тип содержимого не поддерживается",
        "too_many_requests": "Слишком много запросов",
        "quota": "Закончилось место",
        "unavailable": "Сейчас недоступно",
        "internal": "Ошибка на нашей стороне",
    },
}

DETAILS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "invalid": "Something in the request is not right; nothing was done. `fields` says what.",
        "invalid.json": "The request is not valid JSON; nothing was done.",
        "invalid.not_an_object": "The request must be a JSON object; nothing was done.",
        "invalid.too_many_mistakes": "There are more mistakes in the request than can be listed; nothing was done.",
        "invalid.arguments": "An event carries exactly one JSON object. Nothing was done.",
        "invalid.http": "This is not HTTP as this server reads it.",
        "unauthenticated": "Sign in first.",
        "unauthenticated.guest": "A link to a list is not enough for this. Sign in.",
        "unauthenticated.token": "The token is unknown, or it has ended. Sign in again.",
        "wrong_credentials": "The e-mail address or the password is not right. Please check both.",
        "wrong_credentials.password": "The password is not right. Please check it.",
        "wrong_credentials.recovery": "The recovery code is not right, or it was used already. Each works once.",
        "wrong_credentials.totp": "The code is not right, or it was used already. Wait for the next one of your app.",
        "totp_required": "Enter the code of your authenticator app as well.",
        "forbidden": "You may not do this.",
        "forbidden.viewer": "You may look at this list, but not change it. Ask its owner.",
        "forbidden.guest_view": "By this link you may look at the list, but not change it.",
        "forbidden.guest_tick": "By this link you may tick items, and no more.",
        "forbidden.not_owner": "Only the owner of the list may do this.",
        "forbidden.admin_totp": "Admins of this server need a second factor for this. Please set it up first.",
        "forbidden.not_admin": "Only an admin of this server may do this.",
        "forbidden.blocked": "This account has been blocked by an admin of this server.",
        "forbidden.api_token": "Only someone who is signed in may do this; a token made for a program may not.",
        "forbidden.scope_read": "This token may not read.",
        "forbidden.scope_write": "This token may only read.",
        "forbidden.unverified": "Please confirm your e-mail address first.",
        "forbidden.registration_closed": "New accounts are not accepted here.",
        "forbidden.registration_invitation": "New accounts are made by invitation only.",
        "bad_origin": "A request with a cookie must come from our own page. Programs send a token instead.",
        "not_found": "There is no such thing, or you may not know of it.",
        "not_found.list": "There is no such list, or you are not a member of it.",
        "not_found.item": "There is no such item on the list.",
        "not_found.member": "This person is not a member of the list.",
        "not_found.token": "You have no such token.",
        "not_found.invitation": "This invitation does not exist. Please check the link.",
        "not_found.revision": "The list has no such change.",
        "not_found.page": "There is no such page.",
        "not_found.export": "There is no such file. Please check the link.",
        "not_found.share": "There is no such link. Please check it.",
        "not_found.person": "There is no such account.",
        "not_found.code": "This is not the code. Please compare it with the newest mail.",
        "not_found.link": "There never was such a link. Please open it from the mail, whole.",
        "unknown_operation": "There is no operation of this name. All of them are at /swagger.",
        "method_not_allowed": "Operations are called by POST; pages and files are read by GET.",
        "conflict": "This does not go together with what is there already.",
        "conflict.email": "There is an account with this e-mail address already.",
        "conflict.totp_on": "Two-factor sign-in is on already.",
        "conflict.totp_off": "Two-factor sign-in is not on.",
        "conflict.totp_not_begun": "Two-factor sign-in was not begun here. Please begin anew.",
        "conflict.own_account": "An admin cannot block their own account.",
        "conflict.address_validated": "The address is validated already.",
        "conflict.list_id": "The id of the list is taken.",
        "conflict.item_id": "The id of the item is taken by another item.",
        "conflict.nothing_to_undo": "Nothing is left to put back: others have changed it since.",
        "conflict.heir_blocked": "An admin has blocked this account. Hand the list over to somebody else.",
        "conflict.owner_cannot_leave": "The owner stays on the list. Hand it over to another member, or delete it.",
        "conflict.owner_hands_over": "A list has one owner. Make another member the owner, and you become an editor.",
        "conflict.too_many_shares": "The list has too many links. Please withdraw some of them first.",
        "conflict.too_many_tokens": "There are too many tokens for programs. Please end some of them first.",
        "conflict.too_many_invitations": "The list has too many open invitations. Please withdraw some of them first.",
        "full": "The list is full. Please remove something first.",
        "full.items": "The list has 2,000 items, and no more fit on it. Please remove something first.",
        "full.shops": "The list has categories for 50 shops, and no more fit. Please forget a shop first.",
        "gone": "It was here, but no longer is.",
        "gone.list_deleted": "The list was deleted. For 30 days its owner can restore it.",
        "gone.list_purged": "The list was deleted more than 30 days ago.",
        "gone.share_expired": "The link to this list has expired. Ask whoever gave it to you for a new one.",
        "gone.share_revoked": "The link to this list was withdrawn. Ask whoever gave it to you for a new one.",
        "gone.export": "This link has served, or its hour is over. Please make a new one.",
        "gone.code": "This code no longer counts: it was used, it expired, or a newer mail was sent.",
        "gone.code_tries": "Too many wrong codes were tried. Ask for a new mail.",
        "gone.link": "This link no longer counts: it was used, it expired, or a newer mail was sent.",
        "gone.invitation": "The invitation was used or withdrawn, or is too old. Please ask for a new one.",
        "too_large": "A request may have 1 MiB at most.",
        "unsupported_type": "The body must be JSON, with `Content-Type: application/json`.",
        "too_many_requests.totp": "There were too many wrong codes. Please wait a little, or take a recovery code.",
        "too_many_requests": "Please wait a little and try again.",
        "quota": "There is no space left for this.",
        "unavailable": "It is not known to be done. Please send the same again in a moment.",
        "unavailable.busy": "Too many are signing in right now. Please try again in a moment.",
        "unavailable.closing": "The server is restarting. Please send the same again in a moment.",
        "unavailable.storage": "The storage is out of reach or full. Please send the same again later.",
        "internal": "Something went wrong on our side; it was noted down under the request id.",
    },
    "ru": {
        "invalid": "В запросе что-то не так, ничего не сделано. Что именно, сказано в `fields`.",
        "invalid.json": "Запрос не является правильным JSON. Ничего не сделано.",
        "invalid.not_an_object": "Запрос должен быть объектом JSON. Ничего не сделано.",
        "invalid.too_many_mistakes": "Ошибок в запросе больше, чем можно перечислить. Ничего не сделано.",
        "invalid.arguments": "Событие несёт ровно один объект JSON. Ничего не сделано.",
        "invalid.http": "Это не похоже на HTTP, который понимает сервер.",
        "unauthenticated": "Сначала войдите.",
        "unauthenticated.guest": "Для этого мало ссылки на список. Войдите.",
        "unauthenticated.token": "Токен неизвестен или больше не действует. Войдите снова.",
        "wrong_credentials": "Адрес почты или пароль не подходит. Проверьте, пожалуйста, и то и другое.",
        "wrong_credentials.password": "Пароль не подходит. Проверьте его, пожалуйста.",
        "wrong_credentials.recovery": "Код восстановления не подходит или уже использован. Каждый действует один раз.",
        "wrong_credentials.totp": "Код не подходит или уже использован. Дождитесь следующего кода в приложении.",
        "totp_required": "Введите также код из приложения-аутентификатора.",
        "forbidden": "Вам это не разрешено.",
        "forbidden.viewer": "Вы можете смотреть этот список, но не менять. Обратитесь к его владельцу.",
        "forbidden.guest_view": "По этой ссылке список можно только смотреть.",
        "forbidden.guest_tick": "По этой ссылке можно только отмечать позиции.",
        "forbidden.not_owner": "Это может сделать только владелец списка.",
        "forbidden.admin_totp": "Администраторам этого сервера для этого нужен второй фактор. Сначала включите его.",
        "forbidden.not_admin": "Это может сделать только администратор этого сервера.",
        "forbidden.blocked": "Этот аккаунт заблокировал администратор сервера.",
        "forbidden.api_token": "Это можно сделать, только войдя самому. Токену для программ это не разрешено.",
        "forbidden.scope_read": "Этому токену чтение не разрешено.",
        "forbidden.scope_write": "Этому токену разрешено только чтение.",
        "forbidden.unverified": "Сначала подтвердите, пожалуйста, свой адрес почты.",
        "forbidden.registration_closed": "Новые аккаунты здесь не заводят.",
        "forbidden.registration_invitation": "Новый аккаунт можно завести только по приглашению.",
        "bad_origin": "Запрос с cookie должен приходить с нашей страницы. Программы посылают вместо неё токен.",
        "not_found": "Этого нет, или вам не положено об этом знать.",
        "not_found.list": "Такого списка нет, или вы в нём не участвуете.",
        "not_found.item": "Такой позиции в списке нет.",
        "not_found.member": "Этот человек не участвует в списке.",
        "not_found.token": "У вас нет такого токена.",
        "not_found.invitation": "Такого приглашения нет. Проверьте, пожалуйста, ссылку.",
        "not_found.revision": "Такого изменения в списке нет.",
        "not_found.page": "Такой страницы нет.",
        "not_found.share": "Такой ссылки нет. Проверьте её, пожалуйста.",
        "not_found.export": "Такого файла нет. Проверьте, пожалуйста, ссылку.",
        "not_found.person": "Такого аккаунта нет.",
        "not_found.code": "Код не тот. Сверьте его, пожалуйста, с самым новым письмом.",
        "not_found.link": "Такой ссылки не было. Откройте её, пожалуйста, из письма целиком.",
        "unknown_operation": "Операции с таким названием нет. Все операции описаны на странице /swagger.",
        "method_not_allowed": "Операции вызываются методом POST, страницы и файлы читаются методом GET.",
        "conflict": "Это не сочетается с тем, что уже есть.",
        "conflict.email": "Аккаунт с этим адресом почты уже есть.",
        "conflict.totp_on": "Двухфакторный вход уже включён.",
        "conflict.totp_off": "Двухфакторный вход не включён.",
        "conflict.totp_not_begun": "Настройка двухфакторного входа не начата. Начните её заново.",
        "conflict.own_account": "Администратор не может заблокировать свой аккаунт.",
        "conflict.address_validated": "Адрес уже подтверждён.",
        "conflict.list_id": "Этот идентификатор списка уже занят.",
        "conflict.item_id": "Этот идентификатор уже занят другой позицией.",
        "conflict.nothing_to_undo": "Возвращать уже нечего: с тех пор это изменили другие.",
        "conflict.heir_blocked": "Администратор заблокировал этот аккаунт. Передайте список кому-нибудь другому.",
        "conflict.owner_cannot_leave": "Владелец остаётся в списке. Сначала передайте список другому или удалите его.",
        "conflict.owner_hands_over": "У списка один владелец. Передайте список другому, и вы станете редактором.",
        "conflict.too_many_shares": "У списка слишком много ссылок. Сначала отзовите часть из них.",
        "conflict.too_many_tokens": "Токенов для программ слишком много. Сначала отзовите часть из них.",
        "conflict.too_many_invitations": "У списка слишком много приглашений. Сначала отзовите часть из них.",
        "full": "Список заполнен. Сначала уберите что-нибудь.",
        "full.items": "В списке 2000 позиций, больше не поместится. Сначала уберите что-нибудь.",
        "full.shops": "В списке уже есть категории для 50 магазинов. Сначала уберите один из них.",
        "gone": "Это здесь было, но больше не существует.",
        "gone.list_deleted": "Список удалён. В течение 30 дней владелец может его вернуть.",
        "gone.list_purged": "Список удалён больше 30 дней назад.",
        "gone.share_expired": "Ссылка на этот список устарела. Попросите новую у того, кто её дал.",
        "gone.share_revoked": "Ссылка на этот список отозвана. Попросите новую у того, кто её дал.",
        "gone.export": "Ссылка уже сработала, или её час истёк. Запросите новую.",
        "gone.code": "Этот код больше не действует: он использован, истёк, или есть письмо новее.",
        "gone.code_tries": "Слишком много неверных кодов. Попросите новое письмо.",
        "gone.link": "Эта ссылка больше не действует: она использована, истекла, или есть письмо новее.",
        "gone.invitation": "Приглашение уже не действует: оно использовано, отозвано или устарело. Попросите новое.",
        "too_large": "Запрос не может быть больше 1 МиБ.",
        "unsupported_type": "Тело запроса должно быть в JSON, с заголовком `Content-Type: application/json`.",
        "too_many_requests.totp": "Слишком много неверных кодов. Подождите немного или введите код восстановления.",
        "too_many_requests": "Подождите немного и попробуйте снова.",
        "quota": "Для этого не осталось места.",
        "unavailable": "Неизвестно, удалось ли это. Через минуту отправьте то же самое ещё раз.",
        "unavailable.busy": "Сейчас входит слишком много людей. Попробуйте ещё раз через минуту.",
        "unavailable.closing": "Сервер перезапускается. Через минуту отправьте то же самое ещё раз.",
        "unavailable.storage": "Хранилище недоступно или заполнено. Отправьте то же самое позже.",
        "internal": "У нас что-то сломалось. Мы записали это под номером запроса.",
    },
}

FIELDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "missing": "This is missing.",
        "unknown": "There is no such field.",
        "not_text": "This must be text.",
        "not_number": "This must be a number.",
        "not_whole": "This must be a whole number.",
        "not_bool": "This must be true or false.",
        "not_array": "This must be an array.",
        "not_object": "This must be an object.",
        "not_null": "Only null is possible here.",
        "not_a_choice": "This is not one of the possible values.",
        "not_uuid": "This must be a UUID of version 4 or 7, in lower case.",
        "not_time": "This must be a time such as 2026-11-25T10:42:00.123Z.",
        "not_email": "This is not an e-mail address.",
        "no_such_day": "There is no such day.",
        "past": "This time has passed already.",
        "blank": "This must not be blank.",
        "nul": "There is a NUL character in it.",
        "too_short": "At least {min_length} characters are needed.",
        "too_long": "At most {max_length} characters are possible.",
        "too_few": "At least {min_length} are needed.",
        "too_many": "At most {max_length} are possible.",
        "over": "This must be more than {gt}.",
        "at_least": "This must be at least {ge}.",
        "at_most": "This must be at most {le}.",
        "decimals": "At most {most} decimals are possible.",
        "position": "This is not a key as fractional-indexing makes them.",
        "email_or_link": "Exactly one of `email` and `link` is needed.",
        "code_or_token": "Exactly one of `code` and `token` is needed.",
        "item_or_items": "Exactly one of `item` and `items` is needed.",
        "nothing_to_set": "At least one field to set is needed.",
        "too_many_items": "This is more than {limit} items. Please take a part of the text at a time.",
        "too_many_lists": "You have {limit} lists, and no more are possible. Please delete one first.",
        "wrong": "This is not valid.",
    },
    "ru": {
        "missing": "Этого не хватает.",
        "unknown": "Такого поля нет.",
        "not_text": "Здесь нужен текст.",
        "not_number": "Здесь нужно число.",
        "not_whole": "Здесь нужно целое число.",
        "not_bool": "Здесь нужно true или false.",
        "not_array": "Здесь нужен массив.",
        "not_object": "Здесь нужен объект.",
        "not_null": "Здесь возможно только null.",
        "not_a_choice": "Такого варианта нет.",
        "not_uuid": "Здесь нужен UUID версии 4 или 7, строчными буквами.",
        "not_time": "Здесь нужно время вида 2026-11-25T10:42:00.123Z.",
        "not_email": "Это не адрес почты.",
        "no_such_day": "Такого дня нет.",
        "past": "Это время уже прошло.",
        "blank": "Здесь не может быть пусто.",
        "nul": "Здесь есть символ NUL.",
        "too_short": "Наименьшая длина в символах: {min_length}.",
        "too_long": "Наибольшая длина в символах: {max_length}.",
        "too_few": "Наименьшее количество: {min_length}.",
        "too_many": "Наибольшее количество: {max_length}.",
        "over": "Здесь нужно больше {gt}.",
        "at_least": "Здесь нужно не меньше {ge}.",
        "at_most": "Здесь нужно не больше {le}.",
        "decimals": "Наибольшее число знаков после запятой: {most}.",
        "position": "Это не ключ, какие делает fractional-indexing.",
        "email_or_link": "Здесь нужно одно из двух: `email` или `link`.",
        "code_or_token": "Здесь нужно одно из двух: `code` или `token`.",
        "item_or_items": "Здесь нужно одно из двух: `item` или `items`.",
        "nothing_to_set": "Здесь нужно хотя бы одно поле.",
        "too_many_items": "Здесь больше {limit} товаров. Возьмите часть текста.",
        "too_many_lists": "Списков у вас уже {limit}, больше нельзя. Сначала удалите один.",
        "wrong": "Это значение не подходит.",
    },
}


def of(code: str, reason: str, language: Language) -> tuple[str, str]:
    """Title and detail."""
    details = DETAILS[language]
    return TITLES[language][code], details.get(f"{code}.{reason}") or details[code]


def field(reason: Reason, language: Language) -> str:
    """What is wrong with a field."""
    words = FIELDS[language]
    return words.get(reason.key, words["wrong"]).format_map(_Numbers(reason.values, language))


class _Numbers(dict[str, object]):
    """Values as a reader of the language writes them; one that is not there is left out rather than an error."""

    def __init__(self, values: Mapping[str, object], language: Language) -> None:
        super().__init__((key, _number(value, language)) for key, value in values.items())

    def __missing__(self, key: str) -> str:
        return "…"


def _number(value: object, language: Language) -> object:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and value >= 10_000:
        return f"{value:,}" if language == "en" else f"{value:,}".replace(",", "\u00a0")
    return value


def chosen(accept: str) -> Language | None:
    """The language that a header ``Accept-Language`` prefers, of those we speak; None where it names neither."""
    preferred: Language | None = None
    best = 0.0
    for part in accept.split(","):
        tag, *parameters = part.strip().lower().split(";")
        language = _SPOKEN.get(tag.strip().partition("-")[0])
        weight = _weight(parameters)
        if language is not None and weight > best:
            preferred, best = language, weight
    return preferred


_SPOKEN: Mapping[str, Language] = {"ru": "ru", "en": "en"}


def _weight(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0
    return 1
