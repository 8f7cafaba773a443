"""The sentences by which what happened by itself is explained, and the rules it happened by."""

from __future__ import annotations

from collections.abc import Mapping

from rules.view import Words

SENTENCES: Mapping[str, Words] = {
    "warn": (
        "提醒{to}：“{duty}”应于{day}前完成，还有{days}个工作日；逾期的后果：{consequence}。",
        "Reminder to {to}: “{duty}” is due by {day}, {days} working days from now; if it is "
        "missed: {consequence}.",
    ),
    "warn_unsent": (
        "“{duty}”应于{day}前完成；提前{days}个工作日的提醒到{on}才轮到，已由后面的提醒代替或者期限"
        "已过，未发出；逾期的后果：{consequence}。",
        "“{duty}” is due by {day}; its reminder {days} working days before came up on {on} only "
        "and was not sent: a later one takes its place, or the date is over; if it is missed: "
        "{consequence}.",
    ),
    "missed": (
        "“{duty}”的期限于{day}届满，未见履行，自{missed_on}起为逾期；{outcome}。",
        "“{duty}” was due by {day} and was not kept: missed as of {missed_on}; {outcome}.",
    ),
    "missed_undated": (
        "“{duty}”须先履行，到{missed_on}仍未履行，自该日起为逾期；{outcome}。",
        "“{duty}” had to come first and had not been kept on {missed_on}: missed as of that day; "
        "{outcome}.",
    ),
    "enforced": (
        "因“{duty}”于{day}届满仍未履行，系统于{on}依原文自动处理：{done}。",
        "Because “{duty}” was due by {day} and was not kept, the engine did on {on} what the text "
        "says: {done}.",
    ),
    "raised": (
        "“{duty}”于{day}届满，系统于{on}据此处理：{done}。",
        "“{duty}” was over on {day}; on {on} the engine therefore: {done}.",
    ),
    "served": (
        "“{document}”对{to}的公告于{day}期满，视为送达；由此开始或者处理：{done}。",
        "The public notice of “{document}” to {to} ran out on {day}: it is deemed served; this "
        "starts or does: {done}.",
    ),
    "recounted": ("{why}变动：{done}。", "{why} Changed: {done}."),
    "automatic": (
        "“{event}”的条件已经具备，系统于{on}自动办理：{done}。",
        "The conditions of “{event}” hold; on {on} the engine carried it out: {done}.",
    ),
    "signalled": (
        "关联案件于{on}传来“{event}”，系统据此办理：{done}。",
        "A linked case sent “{event}” on {on}; the engine therefore: {done}.",
    ),
    "opened": (
        "关联案件{parent}于{on}自动发起本案“{title}”：{done}。",
        "The linked case{parent} opened this case, “{title}”, on {on} by itself: {done}.",
    ),
}

RULES: Mapping[str, Words] = {
    "warn": (
        "系统规则：期满前按流程写明的工作日提醒",
        "engine rule: a reminder so many working days before the date as the procedure says",
    ),
    "missed": (
        "系统规则：期限届满的次日记为逾期，逾期本身没有不利后果",
        "engine rule: the day after the date it is missed, which by itself harms nobody",
    ),
    "enforced": (
        "系统规则：自可以处理的第一日起，只作原文规定的处理",
        "engine rule: from the first lawful day on what the text says, and nothing else",
    ),
    "raised": (
        "系统规则：期间届满即引发流程写明的事件",
        "engine rule: a period that is over raises the event the procedure names",
    ),
    "served": (
        "系统规则：公告期满视为送达（民事诉讼法95）",
        "engine rule: a public notice that has run out is a service (Civil Procedure Law, art. 95)",
    ),
    "recounted": (
        "系统规则：日历公布、变更或者机关停摆时重新计算期限",
        "engine rule: dates are counted anew when the calendar is published or changed, or the "
        "office was out of service",
    ),
    "automatic": (
        "系统规则：自动转移在条件具备时办理",
        "engine rule: an automatic transition is taken as soon as its conditions hold",
    ),
    "signalled": (
        "系统规则：关联案件之间传递流程写明的事件",
        "engine rule: linked cases send each other the events their procedures name",
    ),
    "opened": (
        "系统规则：流程写明的关联案件由系统发起",
        "engine rule: the linked cases a procedure names are opened by the engine",
    ),
}
