"""What must hold of every case that can come about: each with a name and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from machines.exploration.commitments import licence_armed
from machines.exploration.grounds import grounded, notice_served
from machines.exploration.lateness import (
    answer_awaited,
    authority_harmless,
    lawful_day,
    miss_has_effect,
    right_party,
)
from machines.exploration.offered import offer_kept
from machines.exploration.property import Broken, Property, Seen
from machines.exploration.settling import (
    automatic_ends,
    no_dead_case,
    outlives_said,
    settles_unharmed,
    standing_said,
)
from machines.exploration.thresholds import bands_fit
from machines.exploration.ways_out import list_way_out
from machines.words import Text


def _property(zh: str, en: str, broken: Callable[[Seen], Iterator[Broken]]) -> Property:
    return Property(broken.__name__, Text(zh=zh, en=en), broken)


PROPERTIES: tuple[Property, ...] = (
    _property(
        "每件申请都能在无人受不利处理的情况下了结",
        "every case can settle without an adverse act", settles_unharmed,
    ),
    _property(
        "没有走不下去又了结不了的案件",
        "no case can come to a point from which nothing settles it", no_dead_case,
    ),
    _property(
        "常设档案的义务由履行行为重新起算，且只属于机关",
        "what is called standing is started anew by the act that keeps it, and is the authority's",
        standing_said,
    ),
    _property("自动流转必有终点", "automatic transitions come to rest", automatic_ends),
    _property(
        "数额分档不重叠、不留空", "bands of thresholds neither overlap nor leave a hole", bands_fit,
    ),
    _property(
        "凡提供的操作必能办成", "no event is offered that is always refused", offer_kept,
    ),
    _property(
        "凡凭承诺发证，证后义务即起算，所承诺的始终有人负责补齐",
        "a live licence issued on a commitment has the duties that start with it", licence_armed,
    ),
    _property(
        "不利处理必有依据，撤销必有事由",
        "no adverse act without its clause, no revocation without its ground", grounded,
    ),
    _property(
        "凡须送达的文书未送达，不作不利处理",
        "nobody is harmed by a duty whose paper has not been served", notice_served,
    ),
    _property(
        "不利处理不早于首个可执行之日，不依暂定日期作出",
        "no adverse act before its first lawful day, or on a provisional date", lawful_day,
    ),
    _property(
        "提交未获答复、退回未送达期间不作不利处理",
        "no adverse act while a filing awaits its answer", answer_awaited,
    ),
    _property(
        "申请人逾期必有后果", "an applicant's missed duty has an effect", miss_has_effect,
    ),
    _property(
        "机关逾期不损害他人",
        "the authority's missed duty never harms anybody else", authority_harmless,
    ),
    _property(
        "后果只及于条款所指的当事方",
        "a consequence hits only the party its clause names", right_party,
    ),
    _property(
        "结案后仍存续的义务须写明", "what outlives the closing of a case says so", outlives_said,
    ),
    _property(
        "列入名单必有出路，或写明原文未予规定",
        "every list entry has a way out, or the list says that the text gives none", list_way_out,
    ),
)  # fmt: skip
