"""The errors that stop a definition from loading: code -> Chinese, English.

Whatever stands in `{}` is filled in by whoever finds the error; `{hint}` is the nearest known name.
"""

from __future__ import annotations

from collections.abc import Mapping

Pair = tuple[str, str]

KINDS: Mapping[str, Pair] = {
    "above": ("参数", "parameter"),
    "addressee": ("受送人", "addressee"),
    "argument": ("参数名", "argument"),
    "bearer": ("角色", "role"),
    "clause": ("条款", "clause"),
    "count": ("参数", "parameter"),
    "credit fact": ("信用信息", "credit fact"),
    "document": ("文书", "document"),
    "drawn": ("事实", "fact"),
    "event": ("事件", "event"),
    "event or obligation": ("事件或者义务", "event or obligation"),
    "fact": ("事实", "fact"),
    "fact of the event": ("该事件的事实", "fact of the event"),
    "fact of type parties": ("parties 类型的事实", "fact of type parties"),
    "facts": ("事实", "fact"),
    "guard": ("条件", "guard"),
    "licence": ("证照", "licence"),
    "link": ("关联", "link"),
    "list": ("名单", "list"),
    "material": ("材料", "material"),
    "material group": ("材料组", "material group"),
    "materials": ("材料组", "material group"),
    "obligation": ("义务", "obligation"),
    "other": ("事实", "fact"),
    "parameter": ("参数", "parameter"),
    "party": ("当事方", "party"),
    "period": ("参数", "parameter"),
    "pool": ("事实", "fact"),
    "privilege": ("优惠", "privilege"),
    "role": ("角色", "role"),
    "seed": ("事实", "fact"),
    "setting": ("片区设定", "setting"),
    "signal": ("信号", "signal"),
    "since": ("事实", "fact"),
    "state": ("状态", "state"),
    "take": ("事实", "fact"),
    "target": ("服务目标", "target"),
    "timer": ("期间", "timer"),
    "track": ("轨道", "track"),
    "up_to": ("参数", "parameter"),
    "whole": ("事实", "fact"),
    "window": ("参数", "parameter"),
    "within": ("参数", "parameter"),
    "without": ("事实", "fact"),
    "workflow": ("流程", "workflow"),
    "years": ("参数", "parameter"),
}

_SHAPE: Mapping[str, Pair] = {
    "not_yaml": ("不是有效的 YAML：{problem}", "this is not YAML: {problem}"),
    "empty_file": ("文件是空的", "the file is empty"),
    "file_missing": ("缺少文件：{name}", "the file is missing: {name}"),
    "duplicate_key": ("键 `{key}` 在此重复出现", "the key `{key}` stands here twice"),
    "key_not_a_word": ("键须为一个词", "a key must be a word"),
    "unknown_key": ("{where}：没有名为 `{key}` 的键{hint}", "unknown key `{key}` at {where}{hint}"),
    "missing_key": ("{where}：缺少 `{key}`", "`{key}` is missing at {where}"),
    "needs_quotes": (
        "{where}：须加引号，不加引号就成了数字（此处：{here}）",
        "{where}: must be quoted: without quotes it is a number (here: {here})",
    ),
    "malformed_name": (
        "{where}：名称须符合 {pattern}：小写字母开头，其后为小写字母、数字、下划线；"
        "条款编号为数字或者字母，以点分隔（此处：{here}）",
        "{where}: must match {pattern}: a name is lower case letters, digits and underscores and "
        "begins with a letter; a clause id is digits or letters, parted by dots (here: {here})",
    ),
    "not_one_of": (
        "{where}：不能是 {here}{hint}", "{where}: {here} is none of the words that fit{hint}",
    ),
    "unknown_effect": (
        "{where}：没有名为 `{name}` 的{field}{hint}", "unknown {field} `{name}` at {where}{hint}",
    ),
    "wrong_kind": (
        "{where}：须为{wanted}（此处：{here}）", "{where}: must be {wanted} (here: {here})",
    ),
    "out_of_range": (
        "{where}：须{bound}（此处：{here}）", "{where}: must be {bound} (here: {here})",
    ),
    "too_few": (
        "{where}：至少要有 {least} 项（此处：{here}）",
        "{where}: at least {least} must be said (here: {here})",
    ),
}  # fmt: skip

BETWEEN_KEYS: Mapping[str, Pair] = {
    "recurs_without_period": (
        "`recurs` 须有期限（`parameter` 或 `unset`）：没有期限，下一次立即届满，永无止境",
        "`recurs` needs a period (`parameter` or `unset`): without one the next falls due at once, "
        "and never ends",
    ),
    "arguments_without_names": (
        "条件 `{guard}` 的参数须逐一写名：参数与值成对",
        "the arguments of the guard `{guard}` need their names: an argument with its value each",
    ),
    "no_clause": (
        "缺少 `clauses`；原文未载的，须写明 `inferred: true`",
        "`clauses` is missing; a line the text does not state says `inferred: true`",
    ),
    "one_language": ("`zh` 与 `en` 须同时写明", "`zh` and `en` belong together"),
    "choices_misplaced": (
        "`choices` 属于 choice 和 choices 类型，且只属于这两种",
        "`choices` belongs to the types choice and choices, and only there",
    ),
    "gathers_misplaced": (
        "`gathers` 属于 choices、list 和 parties 类型",
        "`gathers` belongs to the types choices, list and parties",
    ),
    "automatic_with_role": (
        "自动转移由系统完成，不写 `role`",
        "an automatic transition is the engine's own: it names no `role`",
    ),
    "nobody_acts": ("缺少 `role`：由谁办理？", "`role` is missing: who may do this?"),
    "consequence_unclear": (
        "须写明 `event` 或 `effects`；没有后果的，写 `nothing: true` 及其 `reading`",
        "say an `event` or `effects`, or `nothing: true` with its `reading`",
    ),
    "reopened_without_filing": (
        "`reopened_by` 以 `filed_by` 为前提：被退回的是什么？",
        "`reopened_by` needs `filed_by`: what is rejected?",
    ),
    "no_met_by": (
        "缺少 `met_by`：哪一行为履行此项承诺？",
        "`met_by` is missing: which act keeps this promise?",
    ),
    "timer_due": (
        "期间的 `due` 须为参数、片区设定或者文书载明的日期",
        "a timer's `due` is a parameter, a setting or a date given in an act",
    ),
    "event_or_service": (
        "须写明一个事件，或者 `serve`（文书）与 `to`（当事方）",
        "say an event, or `serve` (a document) with `to` (a party)",
    ),
    "start_one_kind": (
        "`earliest` 与 `latest` 须且只须写一个",
        "say `earliest` or `latest`, not both and not neither",
    ),
    "due_one_word": (
        "须且只须写明一项：parameter、unset、given、before、opens 与 closes、immediate、"
        "standing、none（此处：{said}）",
        "say exactly one of parameter, unset, given, before, opens + closes, immediate, "
        "standing, none (here: {said})",
    ),
    "window_half": (
        "时间窗口须同时写明 `opens` 与 `closes`", "a window has both `opens` and `closes`",
    ),
    "until_misplaced": (
        "`until` 只属于持续义务（standing）", "`until` belongs to a standing duty",
    ),
    "counting_missing": (
        "缺少 `counting`：这些天怎样计算？", "`counting` is missing: how are its days counted?",
    ),
    "counting_misplaced": (
        "`counting` 只属于须计算的期限；此处没有期限",
        "`counting` belongs to a period; there is none here",
    ),
    "values_out_of_order": (
        "`values` 须按日期递增，一日一值，至少一项",
        "`values` need rising dates, one value a date, at least one",
    ),
    "acceptance_without_clause": (
        "缺少 `clause`：只有条款才能不予受理",
        "`clause` is missing: only a clause can refuse acceptance",
    ),
    "closes_without_ground": (
        "缺少 `clause`；条款未载的，须写明 `reading`",
        "`clause` is missing; what no clause states says `reading`",
    ),
    "red_list_closes": (
        "红名单不限制任何事项：`restrictions` 属于其他名单",
        "a red list closes nothing: `restrictions` belongs to the others",
    ),
    "privileges_misplaced": ("`privileges` 只属于红名单", "`privileges` belongs to red lists"),
    "list_closes_nothing": (
        "缺少 `restrictions`：列入此名单限制什么？",
        "`restrictions` is missing: what does entry on this list close?",
    ),
}  # fmt: skip

_NAMES: Mapping[str, Pair] = {
    "wrong_folder": (
        "流程的 key 为 `{key}`，文件夹为 `{folder}`：两者须一致",
        "the key is `{key}`, the folder `{folder}`: they must be equal",
    ),
    "unknown_name": ("没有名为 `{name}` 的{kind}{hint}", "unknown {kind} `{name}`{hint}"),
    "stands_twice": ("{kind} `{name}` 在此重复出现", "the {kind} `{name}` stands here twice"),
    "event_without_transition": (
        "事件 `{event}` 不在任何转移之中：加一条转移，或者删去它",
        "event `{event}` stands in no transition: add one, or take the event out",
    ),
    "not_a_party_fact": (
        "事实 `{fact}` 用来指明当事方：其类型须为 `party`",
        "fact `{fact}` names a party: its type must be `party`",
    ),
    "engine_fact": (
        "`{fact}` 是系统自用的事实；请另取名称",
        "`{fact}` is a fact of the engine's own; take another name",
    ),
    "leaves_final": (
        "状态 `{state}` 是终止状态，不能再离开：去掉 `final`，或者去掉这条转移",
        "state `{state}` is final: nothing may leave it; drop `final`, or this transition",
    ),
    "guard_needs": (
        "条件 `{guard}` 缺少参数 `{argument}`", "guard `{guard}` needs the argument `{argument}`",
    ),
    "not_opened_by_engine": (
        "`{workflow}` 不能由系统发起：其 `opening` 须写明角色 `engine`",
        "`{workflow}` is not opened by the engine: its `opening` must name the role `engine`",
    ),
    "opening_needs_fact": (
        "`{workflow}` 发起时须有事实 `{fact}`", "`{workflow}` needs the fact `{fact}` to open",
    ),
    "contrary_needs_fact": (
        "`{event}` 须有事实 `{fact}`，而该通知未载明",
        "`{event}` needs the fact `{fact}`, which the signal does not state",
    ),
    "signal_without_engine": (
        "`{event}` 由关联案件发出：其转移须有一条写明角色 `engine`",
        "`{event}` is signalled by a linked case: an edge of it needs the role `engine`",
    ),
    "never_recorded": (
        "没有任何流程记录信用信息 `{name}`{hint}",
        "unknown credit fact (no reform records it) `{name}`{hint}",
    ),
    "receipt_by_nobody": (
        "受理回执由行政机关出具：`{event}` 没有行政机关的人员办理",
        "an acceptance receipt is given by the authority: nobody of it acts in `{event}`",
    ),
    "clock_not_the_authoritys": (
        "`{duty}` 不是行政机关的义务：其期限不因一次性告知而等待",
        "`{duty}` is no duty of the authority: its clock does not wait",
    ),
    "silence_not_the_authoritys": (
        "`{duty}` 不是行政机关的义务：只有行政机关逾期才视为决定",
        "`{duty}` is no duty of the authority: only its silence decides",
    ),
    "cannot_be_deemed": (
        "`{event}` 需要有人写明内容：不能视为已经作出",
        "`{event}` needs what a person states: it cannot be deemed",
    ),
}  # fmt: skip

_COUNTING: Mapping[str, Pair] = {
    "window_two_units": (
        "{duty}：时间窗口自 {opens} 后开始、{closes} 后结束：两端须用同一单位",
        "{duty}: the window opens after {opens} and closes after {closes}: both days of a window "
        "have one unit",
    ),
    "window_in_hours": (
        "{duty}：时间窗口以日起止，两个数不能是小时",
        "{duty}: a window opens and closes with a day: its two numbers cannot be hours",
    ),
    "office_hours": (
        "{duty}：工作小时是服务承诺，不是法定期限：写在 `targets` 之下，或者改用小时（昼夜、"
        "假日连续计算）",
        "{duty}: office hours are a service promise and no period of the law: state it under "
        "`targets`, or give the period in hours, which run through nights and holidays",
    ),
    "no_period_unit": (
        "{duty}：{unit} 不是期限的单位；期限的单位为 {units}",
        "{duty}: {unit} is no unit of a period; a period is in {units}",
    ),
    "hours_to_a_day": (
        "{duty}：小时终于时点，不终于 {ends_at}：写 `ends_at: instant`",
        "{duty}: hours end at an instant, not at the {ends_at}: write `ends_at: instant`",
    ),
    "days_to_an_instant": (
        "{duty}：`ends_at: instant` 属于小时；日、月、年终于一日：`end_of_day` 或 "
        "`close_of_business`",
        "{duty}: `ends_at: instant` belongs to hours; days, months and years end with a day: "
        "`end_of_day` or `close_of_business`",
    ),
    "roll_means_nothing": (
        "{duty}：`roll: {roll}` 对 {unit} 没有意义，其最后一日从不顺延：写 `roll: none`",
        "{duty}: `roll: {roll}` means nothing for {unit}: their last day is never moved; write "
        "`roll: none`",
    ),
    "timer_at_the_counter": (
        "{duty}：期间的最后一日无人办理：随日终了，`ends_at: end_of_day`",
        "{duty}: nobody acts on the last day of a timer: it ends with the day, "
        "`ends_at: end_of_day`",
    ),
    "office_at_the_counter": (
        "{duty}：窗口下班只对来办事的人而言，不对机关自己：机关的期限随日终了，"
        "`ends_at: end_of_day`",
        "{duty}: the counter closes on those who come to it, not on the office: an authority's "
        "own period ends with the day, `ends_at: end_of_day`",
    ),
    "service_of_nothing": (
        "{duty}：写了 `starts_at: service`，但 `starts` 未写送达：写 `serve` 与 `to`",
        "{duty}: `starts_at: service`, but `starts` names no service: write `serve` and `to`",
    ),
    "service_not_said": (
        "{duty}：写了 `starts_at: {starts_at}`，但它自送达起算：写 `service`",
        "{duty}: `starts_at: {starts_at}`, but it starts with a service: write `service`",
    ),
    "decision_of_nobody": (
        "{duty}：写了 `starts_at: decision`，但没有行政机关能作出起算的行为",
        "{duty}: `starts_at: decision`, but no authority can bring about what it starts with",
    ),
}

_VERSIONS: Mapping[str, Pair] = {
    "version_rule_unused": (
        "`by_fact`、`old_until`、`clauses` 只用于 `transitional` 与 `milder`",
        "`by_fact`, `old_until` and `clauses` belong to `transitional` and `milder`",
    ),
    "version_rule_incomplete": (
        "`{rule}` 须写明 `in_force_from`（自何日起）和 `clauses`（依据何条）",
        "`{rule}` needs `in_force_from` and `clauses`: from when, and where the text says so",
    ),
    "version_milder_needs_fact": (
        "`milder` 须写明 `by_fact`（所裁量行为的日期），且不写 `old_until`",
        "`milder` needs `by_fact`, the date of what is judged, and no `old_until`",
    ),
    "version_transition_empty": (
        "`transitional` 须写明 `by_fact` 或 `old_until`：哪些案件仍适用旧文本",
        "`transitional` needs `by_fact` or `old_until`: which cases stay with the text before?",
    ),
    "version_fact_no_date": (
        "`by_fact` 须为日期类型的事实，`{fact}` 不是",
        "`by_fact` names a fact of type date, not `{fact}`",
    ),
    "version_fact_not_opened": (
        "`{fact}` 决定案件适用哪个文本，须写入 `opening.needs`",
        "`{fact}` decides which text governs a case: it belongs to `opening.needs`",
    ),
}

DEFECTS: Mapping[str, Pair] = {**_SHAPE, **BETWEEN_KEYS, **_NAMES, **_COUNTING, **_VERSIONS}
