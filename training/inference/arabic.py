"""What pages for readers call things, in Arabic."""

from __future__ import annotations

from training.schema import ActorType, Attribution, QuoteKind, Stance

STANCE_NAMES_AR: dict[str, str] = {Stance.SUPPORT: "مؤيّد", Stance.OPPOSE: "معارض", Stance.NEUTRAL: "محايد"}
KIND_NAMES_AR: dict[str, str] = {
    QuoteKind.DIRECT: "اقتباس مباشر",
    QuoteKind.INDIRECT: "اقتباس غير مباشر",
    QuoteKind.MIXED: "اقتباس مختلط",
}
ACTOR_TYPE_NAMES_AR: dict[str, str] = {
    ActorType.PERSON: "شخص",
    ActorType.ORGANIZATION: "جهة",
    ActorType.ANONYMOUS: "مصدر غير مسمّى",
}
ATTRIBUTION_NAMES_AR: dict[str, str] = {
    Attribution.EXPLICIT: "القائل مذكور في الجملة",
    Attribution.INHERITED: "القائل مضمر، يُفهم مما سبق",
    Attribution.NONE: "لا يذكر النص القائل",
}
MESSAGES_AR = {
    "empty_text": "لا نص في هذا السجل.",
    "not_text": "محتوى هذا السجل ليس نصاً.",
    "invalid_unicode": "في النص رموز غير صالحة.",
    "too_long": "النص أطول من الحد المسموح.",
    "no_arabic": "لا حرف عربياً في النص، فلا معنى يُذكر للنتائج.",
    "long_text": "النص طويل، ولم يقرأ نموذج الأقسام إلا جزءاً منه.",
    "bad_date": "لم يُفهم تاريخ المقال فأُهمل.",
}
"""By the stable code of an error or warning; the English message stands beside it."""
