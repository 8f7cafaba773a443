"""The findings on a definition that loads: code -> Chinese, English.

Whatever stands in `{}` is filled in by whoever finds it.
"""

from __future__ import annotations

from collections.abc import Mapping

FINDINGS: Mapping[str, tuple[str, str]] = {
    "unreachable": (
        "`{track}.{state}` 永远无法到达：加一条通向它的转移，或者删去它",
        "`{track}.{state}` can never be reached: lead a transition to it, or take it out",
    ),
    "trap": (
        "`{track}.{state}` 进得来出不去：它不是终止状态（`final`），从它出发也到不了任何了结状态",
        "`{track}.{state}` can be entered and not left for good: it is not `final`, and no "
        "settling state can be reached from it",
    ),
    "shadowed": (
        "`{event}`（自 `{state}`）的这条转移永远轮不到：前面一条没有条件，总是先行；"
        "给前一条加 `guards`，或者调换次序",
        "this transition of `{event}` from `{state}` is never taken: the one before it has no "
        "guards and always comes first; give that one `guards`, or change their order",
    ),
    "automatic_loop": (
        "`{event}` 这条自动转移没有条件，又回到原处，永不停止：给它加 `guards`",
        "the automatic transition of `{event}` has no guards and comes back to where it began: it "
        "never rests; give it `guards`",
    ),
    "engine_cannot": (
        "`{source}` 引发 `{event}`，但其转移没有一条写明角色 `engine`：系统不能办理",
        "`{source}` raises `{event}`, but no transition of it names the role `engine`: nobody can "
        "carry it out",
    ),
    "never_raised": (
        "没有任何期间、逾期或者关联案件引发 `{event}`",
        "nothing raises `{event}`: no timer, no miss, no linked case",
    ),
    "cannot_settle": (
        "不经不利处理就到不了任何了结状态：每个案件都须有一条不受处罚的路",
        "no settling state can be reached without an adverse act: every case needs a way to end "
        "well",
    ),
    "cannot_be_kept": (
        "`{duty}` 永远无法履行：`starts` 之后，`met_by` 的任何一个事件都不再可能",
        "`{duty}` can never be kept: after what it `starts` with, none of `met_by` is possible",
    ),
    "no_consequence": (
        "`{duty}` 没有逾期后果，也没有 `reading` 说明原因",
        "`{duty}` has no consequence and no `reading` that says why",
    ),
    "never_enforced": (
        "`{duty}` 写了逾期后果，但 `due: none` 没有期限，永远不会逾期",
        "`{duty}` names a consequence, but `due: none` has no date: it is never missed",
    ),
    "authority_harms": (
        "`{duty}` 是行政机关的义务：其迟延不得损害任何人",
        "`{duty}` is the authority's: its lateness may harm nobody",
    ),
    "no_ground": (
        "`{line}` 的不利处理 `{effect}` 没有条款：写明 `clauses`",
        "`{line}`: the adverse effect `{effect}` has no clause; name it under `clauses`",
    ),
    "without_notice": (
        "`{duty}` 逾期有不利后果，但 `warnings` 没有在期满前提醒 `{party}`",
        "missing `{duty}` does harm, but no reminder under `warnings` reaches `{party}` before",
    ),
    "without_service": (
        "`{duty}` 逾期有不利后果，却自作出 `{document}` 起算：须自其送达起算，写 `serve` 与 `to`",
        "missing `{duty}` does harm, yet it starts when `{document}` is issued: it must start with "
        "its service; write `serve` and `to`",
    ),
    "automatic_harm": (
        "`{event}` 是系统自动办理的，却作出不利处理 `{effect}`：自动的不利处理只能写在义务的 "
        "`on_miss` 之下",
        "`{event}` is taken by the engine and does harm (`{effect}`): what is automatic and "
        "adverse stands under the `on_miss` of a duty, and nowhere else",
    ),
    "no_number": (
        "`{line}` 的期限取自 `{parameter}`，但该参数没有任何数值（0 即当日）",
        "the period of `{line}` is taken from `{parameter}`, which has no number on "
        "any day (0 is the same day)",
    ),
    "warning_too_early": (
        "`{duty}` 的期限为 {period} 个工作日，提前 {days} 个工作日的提醒永远不会发出",
        "the period of `{duty}` is {period} working days: a reminder {days} working days before "
        "its end is never given",
    ),
    "never_handed_in": (
        "没有事件接收材料组 `{group}`：在某个事件写 `hands_in`",
        "no event takes the `{group}` materials: name them in an event's `hands_in`",
    ),
    "never_stated": (
        "此处用到事实 `{fact}`，但没有事件或者 `opening` 写明它（`needs` 或 `may`）",
        "the fact `{fact}` is looked at here, but no event and no `opening` states it (`needs` or "
        "`may`)",
    ),
    "never_issued": (
        "此处用到 {kind} `{name}`，但从未颁发或者作出",
        "the {kind} `{name}` is used here, but nothing ever issues it",
    ),
    "unused": (
        "{kind} `{name}` 已声明，但没有任何一行用到",
        "the {kind} `{name}` is declared here and used nowhere",
    ),
    "untranslated": (
        "`{key}` 的文字须为{language}（此处：{here}）",
        "the text of `{key}` must be in {language} (here: {here})",
    ),
}
